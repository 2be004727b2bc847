"""Whether a mention can still be seen on its network: hidden by us, or deleted.

A deleted one is only marked here. The step `forget`, in `service/steps/forget.py`, erases its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from ledger.entry import Entry
from records.bulk import VALUES, execute_by, parts
from records.models import Actor, FetchedPost
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow

HIDDEN_FOR_SURE_AFTER = timedelta(minutes=5)
"""A page that was read before we hid a post must not show it again."""

_CHANGE = update(MentionRow).where(col(MentionRow.id).in_(VALUES))


def record_hidden(
    session: Session,
    posts: Iterable[FetchedPost],
    mention_ids: Mapping[str, int],
    hidden_since: Mapping[str, datetime | None],
    *,
    now: datetime,
) -> None:
    """Set or clear `hidden_at` of known mentions, where the network says otherwise than `hidden_since`."""
    hidden, shown = [], []
    for post in posts:
        since = hidden_since.get(post.external_id)
        if post.hidden is True and since is None:
            hidden.append(mention_ids[post.external_id])
        elif post.hidden is False and since is not None and since <= now - HIDDEN_FOR_SURE_AFTER:
            shown.append(mention_ids[post.external_id])
    execute_by(session, _CHANGE, hidden, hidden_at=now)
    execute_by(session, _CHANGE, shown, hidden_at=None)


def mark_deleted(session: Session, mention_ids: Sequence[int], *, actor: Actor, now: datetime) -> tuple[Entry, ...]:
    """Mark those of `mention_ids` that are not marked yet. Returns one log entry each, for the caller to append."""
    found: list[tuple[int, str]] = []
    for part in parts(mention_ids):
        query = (
            select(col(MentionRow.id), col(IdentityRow.subject))
            .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
            .where(col(MentionRow.id).in_(part), col(MentionRow.deleted_at).is_(None))
            .order_by(col(MentionRow.id))
            .with_for_update(of=MentionRow)
        )
        found += [(mention_id or 0, subject) for mention_id, subject in session.execute(query)]
    for part in parts([mention_id for mention_id, _ in found]):
        session.execute(
            update(MentionRow)
            .where(col(MentionRow.id).in_(part))
            .values(deleted_at=now)
            .execution_options(synchronize_session=False)
        )
    source = actor.tag.partition(":")[0]
    return tuple(
        Entry(kind=f"{source}:mention:deleted", at=now, actor=actor.tag, mention_id=mention_id, subject=subject)
        for mention_id, subject in found
    )
