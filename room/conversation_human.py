"""The person asks for a human."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cases.private import waits_in_private
from cases.raising import raise_for_human
from records.nouns import Actor
from room.entries import log_room
from room.rooms import RoomStateError, locked


def ask_for_human(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """Let a human answer next, ahead of others; asking twice changes nothing until one has answered.

    Raises RoomStateError where the room is over.
    """
    row = locked(session, room_id)
    if row.closed_at is not None or row.expires_at <= now:
        raise RoomStateError("The room is no longer open: invite the person again.")
    if row.asked_human_at is not None:
        return
    row.asked_human_at = now
    session.add(row)
    waits_in_private(session, row.case_id, now)
    raised = raise_for_human(session, row.case_id, now=now)
    log_room(session, row, "room:asked-human", actor=actor, now=now, body={"raised": raised})
