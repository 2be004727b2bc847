"""Stores the brand's own posts and tells those that went through the outbox from those that did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from listener.bulk import add_missing, parts
from listener.recognising import Recognise, Recognised
from networks.protocol import OwnPost
from records.tables.listener import MentionAccountRow, OwnPostRow

OURS = "ours"
OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class StoredOwnPosts:
    """What storing own posts came to."""

    new: int
    outside: tuple[OwnPost, ...]
    """New ones that nobody sent through the outbox."""
    recognised: tuple[Recognised, ...]
    """What follows, account by account, from those that somebody did."""


def store_own_posts(
    session: Session,
    *,
    network: str,
    posts: Mapping[int, Sequence[OwnPost]],
    recognise: Recognise,
    now: datetime,
) -> StoredOwnPosts:
    """Store own posts, given by account id. Hearing one twice changes nothing, except that one whose reply is
    meanwhile known to have been sent is ours from then on.
    """
    new, outside, recognised = 0, [], []
    for account_id, own in posts.items():
        by_id = {post.external_id: post for post in own}
        told = recognise(session, account_id, posts=list(by_id.values()))
        origins = _origins(session, network, list(by_id))
        missing = [post for external_id, post in by_id.items() if external_id not in origins]
        rows = [
            _row(post, network, account_id, OURS if post.external_id in told.ours else OUTSIDE, now) for post in missing
        ]
        outside += [post for post in missing if post.external_id not in told.ours]
        add_missing(session, OwnPostRow, rows, unique=("network", "external_id"))
        new += len(rows)
        claim_as_ours(session, network, [each for each in told.ours if origins.get(each) == OUTSIDE])
        recognised.append(told)
    return StoredOwnPosts(new=new, outside=tuple(outside), recognised=tuple(recognised))


def claim_as_ours(session: Session, network: str, external_ids: Sequence[str]) -> None:
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
