"""Proofs as true labels of the relation model: kept with consent, and superseded when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlmodel import Session, col

from records.nouns import Actor
from records.tables.listener import MentionRow
from records.tables.room import RoomRow
from records.tables.service import LabelRow
from records.words import ProofKind, Relation

TASK = "relation"


class ProofLabels:
    """The room's `Learner`."""

    def proved(
        self, session: Session, room: RoomRow, proof: ProofKind, *, consent_id: int, actor: Actor, now: datetime
    ) -> None:
        """Whoever wrote the mention of this room is a customer; said once a consent."""
        standing = exists().where(
            col(LabelRow.mention_id) == room.mention_id,
            col(LabelRow.task) == TASK,
            col(LabelRow.consent_id) == consent_id,
            col(LabelRow.superseded_at).is_(None),
        )
        if session.execute(select(standing)).scalar():
            return
        revision = session.get_one(MentionRow, room.mention_id).revision
        session.add(
            LabelRow(
                mention_id=room.mention_id,
                revision=revision,
                task=TASK,
                value=Relation.CUSTOMER.value,
                source=f"proof:{proof.value}",
                actor=actor.tag,
                consent_id=consent_id,
                made_at=now,
            )
        )
        session.flush()

    def withdrawn(self, session: Session, consent_ids: Sequence[int], *, now: datetime) -> None:
        """Nothing is learned from these any more."""
        session.execute(
            update(LabelRow)
            .where(col(LabelRow.consent_id).in_(consent_ids), col(LabelRow.superseded_at).is_(None))
            .values(superseded_at=now)
            .execution_options(synchronize_session=False)
        )
