"""The status of a conversation, and what the person changes of it: asks for a human, rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from cases.escalation import escalate_to_human
from cases.private_side import waits_in_private
from records.enums import Speaker
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.room import RoomMessageRow, RoomRow
from room.ledger_entries import log_room
from room.lifecycle import RoomStateError, lock_room


class ConversationState(StrEnum):
    """Whose turn it is, or that nobody's is."""

    EMPTY = "empty"
    """Nobody has said anything."""
    OPEN = "open"
    """The person wrote, and no agent has taken the case."""
    ACTIVE = "active"
    """The person wrote, and an agent has the case."""
    ANSWERED = "answered"
    """An agent wrote last."""
    SOLVED = "solved"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class ConversationStatus:
    """The state of a conversation, and what the person asked or rated."""

    state: ConversationState
    since: datetime | None
    """Since when the person waits; when it was solved or closed; null where neither."""
    asked_human_at: datetime | None
    rating: int | None


def conversation_status(session: Session, room: RoomRow, said: Sequence[RoomMessageRow]) -> ConversationStatus:
    """The status of the conversation of `room`, whose messages are `said`."""
    case = session.get_one(CareCaseRow, room.case_id)
    solved_at = _solved_at(room, case)
    state, since = _state_of(case, said)
    if case.closed_at is not None:
        state, since = ConversationState.CLOSED, case.closed_at
    elif solved_at is not None and not _said_after(said, solved_at):
        state, since = ConversationState.SOLVED, solved_at
    return ConversationStatus(state=state, since=since, asked_human_at=room.asked_human_at, rating=room.rating)


def _state_of(case: CareCaseRow, said: Sequence[RoomMessageRow]) -> tuple[ConversationState, datetime | None]:
    spoken = [message for message in said if message.author != Speaker.SERVICE]
    if not spoken:
        return ConversationState.EMPTY, None
    if spoken[-1].author == Speaker.AGENT:
        return ConversationState.ANSWERED, None
    taken = case.assignee_id is not None or any(message.author == Speaker.AGENT for message in spoken)
    return (ConversationState.ACTIVE if taken else ConversationState.OPEN), case.private_waiting_since or spoken[
        -1
    ].said_at


def _solved_at(room: RoomRow, case: CareCaseRow) -> datetime | None:
    """When it was last solved; null where the case was reopened since."""
    found = room.solved_at or case.solved_at
    return None if found and case.reopened_at and case.reopened_at > found else found


def _said_after(said: Sequence[RoomMessageRow], moment: datetime) -> bool:
    return any(message.author == Speaker.PERSON and message.said_at > moment for message in said)


def ask_for_human(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """Escalate the case to a human; asking twice changes nothing until one has answered.

    Raises RoomStateError where the room is over.
    """
    row = lock_room(session, room_id)
    if row.closed_at is not None or row.expires_at <= now:
        raise RoomStateError("The room is no longer open: invite the person again.", code="room-closed")
    if row.asked_human_at is not None:
        return
    row.asked_human_at = now
    session.add(row)
    waits_in_private(session, row.case_id, now)
    raised = escalate_to_human(session, row.case_id, now=now)
    log_room(session, row, "room:asked-human", actor=actor, now=now, body={"raised": raised})


WORST, BEST = 1, 5
RATING_INTERVAL = timedelta(seconds=10)
"""The shortest time after which a rating may be changed."""


class RatingError(RefusalError):
    """The value is no rating from `WORST` to `BEST`, or comes too soon after another."""


def parse_rating(typed: str) -> int:
    """The rating in a form's field. Raises RatingError."""
    if len(typed) != 1 or typed not in "12345":
        raise RatingError(f"A rating is a number from {WORST} to {BEST}.", code="rating-out-of-range")
    return int(typed)


def store_rating(session: Session, room_id: int, rating: int, *, actor: Actor, now: datetime) -> None:
    """Store the person's rating, from `WORST` to `BEST`; a later one replaces an earlier one.

    Raises RatingError where it was changed within `RATING_INTERVAL`, and RoomStateError where the room is over.
    """
    row = session.get(RoomRow, room_id, populate_existing=True, with_for_update=True)
    if row is None or row.closed_at is not None or row.expires_at <= now:
        raise RoomStateError("The room is no longer open: it can be rated no more.", code="room-closed")
    if row.rating == rating:
        return
    if row.rated_at is not None and row.rated_at > now - RATING_INTERVAL:
        raise RatingError("A rating was changed a moment ago: wait a little.", code="rating-too-soon")
    before, row.rating, row.rated_at = row.rating, rating, now
    session.add(row)
    log_room(session, row, "room:rated", actor=actor, now=now, body={"rating": rating, "before": before})
