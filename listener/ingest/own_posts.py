"""Stores the brand's own posts, and marks the mentions that were answered elsewhere than in Aparte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from listener.ingest.ports import Attribute, SentByUs
from networks.protocol import OwnPost
from records.bulk import VALUES, add_missing, execute_by, fetch_by
from records.models import Account
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow, OwnPostRow
from records.tables.service import AccountRow

OURS = "ours"
OUTSIDE = "outside"

_ORIGINS = select(col(OwnPostRow.external_id), col(OwnPostRow.origin)).where(
    col(OwnPostRow.network) == bindparam("network"), col(OwnPostRow.external_id).in_(VALUES)
)
_MARK_OURS = (
    update(OwnPostRow)
    .where(col(OwnPostRow.network) == bindparam("of_network"), col(OwnPostRow.external_id).in_(VALUES))
    .values(origin=OURS)
)
_REOPEN = (
    update(MentionAccountRow)
    .where(col(MentionAccountRow.settled_by).in_(VALUES))
    .values(settled_at=None, settled_by=None)
)
_ANSWERS_TO = (
    select(col(OwnPostRow.parent_external_id), col(OwnPostRow.external_id))
    .where(
        col(OwnPostRow.network) == bindparam("network"),
        col(OwnPostRow.parent_external_id).in_(VALUES),
        col(OwnPostRow.origin) == OUTSIDE,
    )
    .order_by(col(OwnPostRow.published_at), col(OwnPostRow.id))
)
_MENTIONS_UNDER = (
    select(col(MentionRow.id), col(MentionRow.external_id), col(MentionRevisionRow.external_id))
    .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
    .where(col(MentionRow.network) == bindparam("network"), col(MentionRow.root_external_id).in_(VALUES))
)
_UNANSWERED = select(col(MentionAccountRow.id), col(MentionAccountRow.mention_id)).where(
    col(MentionAccountRow.mention_id).in_(VALUES),
    col(MentionAccountRow.account_id).in_(
        select(col(AccountRow.id)).where(
            col(AccountRow.network) == bindparam("network"), col(AccountRow.brand) == bindparam("brand")
        )
    ),
    col(MentionAccountRow.settled_at).is_(None),
)
_MARK_ANSWERED = (
    update(MentionAccountRow)
    .where(col(MentionAccountRow.id) == bindparam("row"))
    .values(settled_at=bindparam("at"), settled_by=bindparam("answer"))
)


@dataclass(frozen=True, kw_only=True)
class StoredOwnPosts:
    """What storing own posts changed."""

    new: int
    outside: tuple[OwnPost, ...]
    """New ones that were not sent through the outbox."""
    sent: tuple[SentByUs, ...]
    """Of each account, what was sent through the outbox, and what follows from that."""


def store_own_posts(
    session: Session,
    *,
    network: str,
    posts: Mapping[int, Sequence[OwnPost]],
    attribute: Attribute,
    now: datetime,
) -> StoredOwnPosts:
    """Store own posts, given by account id.

    Storing one twice changes nothing, except that one whose reply is meanwhile known to have been sent is ours from
    then on.
    """
    new, outside, sent = 0, [], []
    for account_id, own in posts.items():
        by_id = {post.external_id: post for post in own}
        of_account = attribute(session, account_id, posts=list(by_id.values()))
        ours = of_account.ours
        origins = dict(fetch_by(session, _ORIGINS, list(by_id), network=network))
        missing = [post for external_id, post in by_id.items() if external_id not in origins]
        rows = [_row(post, network, account_id, OURS if post.external_id in ours else OUTSIDE, now) for post in missing]
        outside += [post for post in missing if post.external_id not in ours]
        add_missing(session, OwnPostRow, rows, unique=("network", "external_id"))
        new += len(rows)
        mark_as_ours(session, network, [each for each in ours if origins.get(each) == OUTSIDE])
        sent.append(of_account)
    return StoredOwnPosts(new=new, outside=tuple(outside), sent=tuple(sent))


def mark_as_ours(session: Session, network: str, external_ids: Sequence[str]) -> None:
    """Take posts for ours that were taken for somebody else's; the mentions that they answered are open again."""
    execute_by(session, _MARK_OURS, external_ids, of_network=network)
    execute_by(session, _REOPEN, external_ids)


def mark_answered_elsewhere(
    session: Session, *, account: Account, answers: Sequence[OwnPost], changed: Mapping[str, int], now: datetime
) -> list[int]:
    """Mark the mentions under new outside `answers`, and those new or edited that were answered before.

    `changed` gives mention ids by every id their posts go by. An answer by any account of the brand counts for all of
    them. Returns the ids of the mentions that were marked now.
    """
    answered = _answered_before(session, account.network, changed)
    answered |= _answered_by(session, account.network, answers)
    return _mark(session, account, answered, now)


def _answered_before(session: Session, network: str, changed: Mapping[str, int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for parent, answer in fetch_by(session, _ANSWERS_TO, list(changed), network=network):
        found.setdefault(changed[parent], answer)
    return found


def _answered_by(session: Session, network: str, answers: Sequence[OwnPost]) -> dict[int, str]:
    by_parent: dict[str, str] = {}
    for answer in sorted(answers, key=lambda each: each.published_at):
        if answer.parent_external_id:
            by_parent.setdefault(answer.parent_external_id, answer.external_id)
    roots = sorted({answer.root_external_id for answer in answers if answer.parent_external_id})
    found: dict[int, str] = {}
    # An answer may stand under any version of an edited post.
    for mention_id, *external_ids in fetch_by(session, _MENTIONS_UNDER, roots, network=network):
        answer_ids = [by_parent[each] for each in external_ids if each in by_parent]
        if answer_ids:
            found[mention_id] = answer_ids[0]
    return found


def _mark(session: Session, account: Account, answered: Mapping[int, str], now: datetime) -> list[int]:
    rows = fetch_by(session, _UNANSWERED, sorted(answered), network=account.network, brand=account.brand)
    marks = [{"row": row_id, "answer": answered[mention_id], "at": now} for row_id, mention_id in rows]
    if marks:
        session.connection().execute(_MARK_ANSWERED, marks)
    return sorted({mention_id for _, mention_id in rows})


def _row(post: OwnPost, network: str, account_id: int, origin: str, now: datetime) -> dict[str, object]:
    return {
        "network": network,
        "account_id": account_id,
        "external_id": post.external_id,
        "parent_external_id": post.parent_external_id,
        "root_external_id": post.root_external_id,
        "text": post.text,
        "origin": origin,
        "published_at": post.published_at,
        "heard_at": now,
    }
