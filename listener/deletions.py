"""Marks mentions that are no longer on their network, so that their texts are forgotten here too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from ledger.entry import Entry
from listener.bulk import parts
from records.nouns import Actor
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow


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
