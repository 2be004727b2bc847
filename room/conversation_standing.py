"""How a conversation stands, as the person is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from records.tables.cases import CareCaseRow
from records.tables.room import RoomMessageRow, RoomRow
from room.conversation import Speaker


class Turn(StrEnum):
    """What a conversation waits for."""

    EMPTY = "empty"
    """Nobody has said anything."""
    OPEN = "open"
    """The person wrote, and nobody of ours has taken it up."""
    ACTIVE = "active"
    """The person wrote, and somebody of ours is on it."""
    ANSWERED = "answered"
    """We spoke last."""
    SOLVED = "solved"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a conversation stands."""

    turn: Turn
    since: datetime | None
    """Since when the person waits; when it was solved or closed; null where neither."""
    asked_human_at: datetime | None
    rating: int | None


def standing(session: Session, room: RoomRow, said: Sequence[RoomMessageRow]) -> Standing:
    """How the conversation of `room`, in which `said` was said, stands."""
    case = session.get_one(CareCaseRow, room.case_id)
    solved_at = _solved_at(room, case)
    turn, since = _turn(case, said)
    if case.closed_at is not None:
        turn, since = Turn.CLOSED, case.closed_at
    elif solved_at is not None and not _said_after(said, solved_at):
        turn, since = Turn.SOLVED, solved_at
    return Standing(turn=turn, since=since, asked_human_at=room.asked_human_at, rating=room.rating)


def _turn(case: CareCaseRow, said: Sequence[RoomMessageRow]) -> tuple[Turn, datetime | None]:
    spoken = [message for message in said if message.author != Speaker.SERVICE]
    if not spoken:
        return Turn.EMPTY, None
    if spoken[-1].author == Speaker.AGENT:
        return Turn.ANSWERED, None
    taken = case.assignee_id is not None or any(message.author == Speaker.AGENT for message in spoken)
    return (Turn.ACTIVE if taken else Turn.OPEN), case.private_waiting_since or spoken[-1].said_at


def _solved_at(room: RoomRow, case: CareCaseRow) -> datetime | None:
    """When it was last solved; null where the case was reopened since."""
    found = room.solved_at or case.solved_at
    return None if found and case.reopened_at and case.reopened_at > found else found


def _said_after(said: Sequence[RoomMessageRow], moment: datetime) -> bool:
    return any(message.author == Speaker.PERSON and message.said_at > moment for message in said)
