"""Invitations into rooms: no rule sends a second one into the same room."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from records.tables.replies import ReplyRow
from records.words import PRIVATE_ACTS, ReplyStatus
from replies.drafts import AUTOMATIC, Draft

_COUNT_NO_MORE = (ReplyStatus.WITHHELD.value, ReplyStatus.FAILED.value)


def without_second_invitations(session: Session, drafts: Sequence[Draft]) -> list[Draft]:
    """`drafts` without those of rules that would invite into a room that an invitation leads to already.

    The caller holds the case of the room locked, so that no other process writes one meanwhile.
    """
    leads_to = _invited(session, sorted({draft.room_id for draft in drafts if draft.room_id is not None}))
    wanted = []
    for draft in drafts:
        if draft.room_id is not None and draft.origin == AUTOMATIC:
            if draft.room_id in leads_to:
                continue
            leads_to.add(draft.room_id)
        wanted.append(draft)
    return wanted


def _invited(session: Session, room_ids: Sequence[int]) -> set[int]:
    if not room_ids:
        return set()
    query = select(col(ReplyRow.room_id)).where(
        col(ReplyRow.room_id).in_(room_ids),
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.status).not_in(_COUNT_NO_MORE),
    )
    return {room_id for room_id in session.execute(query).scalars() if room_id is not None}
