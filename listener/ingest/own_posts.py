"""Stores the brand's own posts, and marks the mentions that were answered elsewhere than in Aparte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from listener.ingest.attribution import Attribute, SentByUs
from networks.protocol import OwnPost
from records.bulk import add_missing, parts
from records.models import Account
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow, OwnPostRow
from records.tables.service import AccountRow

OURS = "ours"
OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class StoredOwnPosts:
    """What storing own posts came to."""

    new: int
    outside: tuple[OwnPost, ...]
    """New ones that nobody sent through the outbox."""
    recognised: tuple[SentByUs, ...]
    """What follows, account by account, from those that somebody did."""


def store_own_posts(
    session: Session,
    *,
    network: str,
    posts: Mapping[int, Sequence[OwnPost]],
    attribute: Attribute,
    now: datetime,
) -> StoredOwnPosts:
    """Store own posts, given by account id. Hearing one twice changes nothing, except that one whose reply is
    meanwhile known to have been sent is ours from then on.
    """
    new, outside, recognised = 0, [], []
    for account_id, own in posts.items():
        by_id = {post.external_id: post for post in own}
        told = attribute(session, account_id, posts=list(by_id.values()))
        origins = _origins(session, network, list(by_id))
        missing = [post for external_id, post in by_id.items() if external_id not in origins]
        rows = [
            _row(post, network, account_id, OURS if post.external_id in told.ours else OUTSIDE, now) for post in missing
        ]
        outside += [post for post in missing if post.external_id not in told.ours]
        add_missing(session, OwnPostRow, rows, unique=("network", "external_id"))
        new += len(rows)
        mark_as_ours(session, network, [each for each in told.ours if origins.get(each) == OUTSIDE])
        recognised.append(told)
    return StoredOwnPosts(new=new, outside=tuple(outside), recognised=tuple(recognised))


def mark_as_ours(session: Session, network: str, external_ids: Sequence[str]) -> None:
    """Know posts as ours that were taken for somebody else's; the mentions that they settled are open again."""
    for part in parts(external_ids):
        connection = session.connection()
        connection.execute(
            update(OwnPostRow)
            .where(col(OwnPostRow.network) == network, col(OwnPostRow.external_id).in_(part))
            .values(origin=OURS)
        )
        connection.execute(
            update(MentionAccountRow)
            .where(col(MentionAccountRow.settled_by).in_(part))
            .values(settled_at=None, settled_by=None)
        )


def _origins(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts(external_ids):
        query = select(col(OwnPostRow.external_id), col(OwnPostRow.origin)).where(
            col(OwnPostRow.network) == network, col(OwnPostRow.external_id).in_(part)
        )
        found.update((external_id, origin) for external_id, origin in session.connection().execute(query))
    return found


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


def mark_answered_elsewhere(
    session: Session, *, account: Account, answers: Sequence[OwnPost], heard: Mapping[str, int], now: datetime
) -> list[int]:
    """Settle the mentions under new outside `answers`, and those just `heard` or edited that were answered before.

    `heard` gives mention ids by every id their posts go by. An answer by any account of the brand counts for all of
    them. Returns the ids of the mentions that were settled now.
    """
    answered = _answered_before(session, account.network, heard)
    answered |= _mentions_under(session, account.network, answers)
    return _mark(session, account, answered, now)


def _answered_before(session: Session, network: str, heard: Mapping[str, int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in parts(list(heard)):
        query = (
            select(col(OwnPostRow.parent_external_id), col(OwnPostRow.external_id))
            .where(
                col(OwnPostRow.network) == network,
                col(OwnPostRow.parent_external_id).in_(part),
                col(OwnPostRow.origin) == OUTSIDE,
            )
            .order_by(col(OwnPostRow.published_at), col(OwnPostRow.id))
        )
        for parent, answer in session.connection().execute(query):
            found.setdefault(heard[parent or ""], answer)
    return found


def _mentions_under(session: Session, network: str, answers: Sequence[OwnPost]) -> dict[int, str]:
    by_parent: dict[str, str] = {}
    for answer in sorted(answers, key=lambda each: each.published_at):
        if answer.parent_external_id:
            by_parent.setdefault(answer.parent_external_id, answer.external_id)
    found: dict[int, str] = {}
    roots = sorted({answer.root_external_id for answer in answers if answer.parent_external_id})
    for part in parts(roots):
        # An answer may stand under any version of an edited post.
        query = (
            select(col(MentionRow.id), col(MentionRow.external_id), col(MentionRevisionRow.external_id))
            .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
            .where(col(MentionRow.network) == network, col(MentionRow.root_external_id).in_(part))
        )
        for mention_id, external_id, revision_external_id in session.connection().execute(query):
            answer_id = by_parent.get(external_id) or by_parent.get(revision_external_id)
            if answer_id is not None:
                found[mention_id or 0] = answer_id
    return found


def _mark(session: Session, account: Account, answered: Mapping[int, str], now: datetime) -> list[int]:
    if not answered:
        return []
    of_brand = select(col(AccountRow.id)).where(
        col(AccountRow.network) == account.network, col(AccountRow.brand) == account.brand
    )
    marks: list[dict[str, object]] = []
    settled: set[int] = set()
    for part in parts(sorted(answered)):
        query = select(col(MentionAccountRow.id), col(MentionAccountRow.mention_id)).where(
            col(MentionAccountRow.mention_id).in_(part),
            col(MentionAccountRow.account_id).in_(of_brand),
            col(MentionAccountRow.settled_at).is_(None),
        )
        for row_id, mention_id in session.connection().execute(query):
            marks.append({"row": row_id, "answer": answered[mention_id], "at": now})
            settled.add(mention_id)
    if marks:
        session.connection().execute(
            update(MentionAccountRow.__table__)  # type: ignore[attr-defined]
            .where(col(MentionAccountRow.id) == bindparam("row"))
            .values(settled_at=bindparam("at"), settled_by=bindparam("answer")),
            marks,
        )
    return sorted(settled)
