"""Stores the brand's own posts and tells those that went through the outbox from those that did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from listener.bulk import add_missing, parts
from networks.protocol import OwnPost
from records.nouns import Act, ReplyStatus
from records.tables.listener import MentionAccountRow, OwnPostRow
from records.tables.replies import ReplyRow

OURS = "ours"
OUTSIDE = "outside"

Fingerprint = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class StoredOwnPosts:
    """What storing own posts came to."""

    new: int
    outside: tuple[OwnPost, ...]
    """New ones that nobody sent through the outbox."""


def store_own_posts(
    session: Session,
    *,
    network: str,
    posts: Mapping[int, Sequence[OwnPost]],
    fingerprint: Fingerprint,
    now: datetime,
) -> StoredOwnPosts:
    """Store own posts, given by account id. Hearing one twice changes nothing, except that one whose reply has
    meanwhile learned its id from the network is known to be ours from then on.
    """
    new, outside = 0, []
    for account_id, own in posts.items():
        by_id = {post.external_id: post for post in own}
        origins = _origins(session, network, list(by_id))
        sent = _sent_by_us(session, account_id, list(by_id))
        missing = [post for external_id, post in by_id.items() if external_id not in origins]
        under_way = _under_way(session, account_id, missing)
        rows = []
        for post in missing:
            ours = post.external_id in sent or (post.parent_external_id, fingerprint(post.text)) in under_way
            rows.append(_row(post, network, account_id, OURS if ours else OUTSIDE, now))
            if not ours:
                outside.append(post)
        add_missing(session, OwnPostRow, rows, unique=("network", "external_id"))
        new += len(rows)
        _claim_as_ours(session, network, [each for each in sent if origins.get(each) == OUTSIDE])
    return StoredOwnPosts(new=new, outside=tuple(outside))


def _origins(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts(external_ids):
        query = select(col(OwnPostRow.external_id), col(OwnPostRow.origin)).where(
            col(OwnPostRow.network) == network, col(OwnPostRow.external_id).in_(part)
        )
        found.update((external_id, origin) for external_id, origin in session.connection().execute(query))
    return found


def _sent_by_us(session: Session, account_id: int, external_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in parts(external_ids):
        query = select(col(ReplyRow.external_id)).where(
            col(ReplyRow.account_id) == account_id, col(ReplyRow.external_id).in_(part)
        )
        found |= {external_id for external_id in session.connection().execute(query).scalars() if external_id}
    return found


def _under_way(session: Session, account_id: int, posts: Sequence[OwnPost]) -> set[tuple[str | None, str]]:
    """Replies that may have been accepted without our having read their id: by target and fingerprint."""
    if not any(post.parent_external_id for post in posts):
        return set()
    query = select(col(ReplyRow.target_external_id), col(ReplyRow.fingerprint)).where(
        col(ReplyRow.account_id) == account_id,
        col(ReplyRow.sent_at).is_(None),
        col(ReplyRow.act) == Act.PUBLIC_REPLY.value,
        col(ReplyRow.status).in_([ReplyStatus.SENDING.value, ReplyStatus.UNKNOWN.value]),
    )
    return {(target, mark) for target, mark in session.connection().execute(query)}


def _claim_as_ours(session: Session, network: str, external_ids: Sequence[str]) -> None:
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
