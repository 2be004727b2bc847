"""The messages of a room: posting, counting and listing them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from cases.joining import reopen_for
from cases.private_side import answered_in_private, waits_in_private
from ledger.entry import Sealer
from records.enums import MessageVia, RoomStatus, Speaker
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.room import RoomMessageRow, RoomRow
from room.ledger_entries import log_room
from room.lifecycle import OPEN_ROOM_STAYS, RoomStateError, lock_room
from room.privacy.masking import mask_secrets

MOST_CHARACTERS = 4_000
MOST_SHOWN = 300
"""Newest messages of a room that a page shows."""

_REPLACED_CHARACTERS = dict.fromkeys((0, *range(0xD800, 0xE000)), "�")


class MessageTextError(RefusalError):
    """A text cannot be posted: it is empty, or longer than `MOST_CHARACTERS`."""


def normalise_message(raw: str) -> str:
    """`raw` as it is stored: lines end in line feeds, no white space around, nothing that a database refuses.

    Raises MessageTextError.
    """
    if len(raw) > MOST_CHARACTERS * 4:
        raise MessageTextError(
            f"Write at most {MOST_CHARACTERS} characters.", code="text-too-long", most=MOST_CHARACTERS
        )
    text = raw.replace("\r\n", "\n").replace("\r", "\n").translate(_REPLACED_CHARACTERS).strip()
    if not text:
        raise MessageTextError("Write something first.", code="text-missing")
    if len(text) > MOST_CHARACTERS:
        raise MessageTextError(
            f"Write at most {MOST_CHARACTERS} characters.", code="text-too-long", most=MOST_CHARACTERS
        )
    return text


def post_message(  # noqa: PLR0913 - one message is this many things
    session: Session,
    room_id: int,
    *,
    author: str,
    text: str,
    agent_id: int | None,
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
    via: str = MessageVia.ROOM,
) -> int:
    """Post `text` in a room, and return the message's id. `author` is a `Speaker`, `via` a `MessageVia`.

    A person's message is stored with its secrets masked, and starts the private clock of the case; an agent's stops
    the clock and answers the request for a human. An agent may write before the person has entered. Raises
    MessageTextError, and RoomStateError where the room is over.
    """
    said = normalise_message(text)
    if author == Speaker.PERSON:
        said = mask_secrets(said).text[:MOST_CHARACTERS]
    row = lock_room(session, room_id)
    if row.closed_at is not None or row.expires_at <= now:
        raise RoomStateError("The room is no longer open: invite the person again.", code="room-closed")
    if row.status == RoomStatus.OPEN:
        row.expires_at = max(row.expires_at, now + OPEN_ROOM_STAYS)
    row.last_said_at = now
    reopened = _update_case_clock(session, row, author, actor=actor, now=now)
    message = RoomMessageRow(
        room_id=room_id,
        author=Speaker(author).value,
        agent_id=agent_id,
        text=said,
        via=MessageVia(via).value,
        said_at=now,
    )
    session.add(message)
    session.flush()
    log_room(
        session,
        row,
        "message:said",
        actor=actor,
        now=now,
        body={
            "message": message.id,
            "author": message.author,
            "agent": agent_id,
            "characters": len(said),
            "via": message.via,
            **({"reopened": True} if reopened else {}),
        },
        personal={"text": said},
        sealer=sealer,
    )
    return message.id or 0


def count_messages_since(session: Session, room_id: int, author: str, since: datetime) -> int:
    """How many messages one side wrote after `since`."""
    query = select(func.count()).where(
        col(RoomMessageRow.room_id) == room_id,
        col(RoomMessageRow.author) == author,
        col(RoomMessageRow.said_at) > since,
    )
    return int(session.execute(query).scalar_one())


def messages(
    session: Session, room_id: int, *, most: int = MOST_SHOWN, since: datetime | None = None
) -> Sequence[RoomMessageRow]:
    """The newest `most` messages of a room that were said at `since` or later, oldest first."""
    newest = (
        select(RoomMessageRow).where(col(RoomMessageRow.room_id) == room_id).order_by(col(RoomMessageRow.id).desc())
    )
    if since is not None:
        newest = newest.where(col(RoomMessageRow.said_at) >= since)
    return list(session.execute(newest.limit(most)).scalars())[::-1]


def mark_read(session: Session, room_id: int, message_id: int) -> None:
    """Note that the person was shown everything up to this message."""
    row = session.get(RoomRow, room_id, populate_existing=True, with_for_update=True)
    if row is not None and (row.read_until or 0) < message_id:
        row.read_until = message_id
        session.add(row)


def _update_case_clock(session: Session, row: RoomRow, author: str, *, actor: Actor, now: datetime) -> bool:
    """Start or stop the private clock of the case; returns whether the person's message reopened it."""
    if author == Speaker.AGENT:
        row.asked_human_at = None
        answered_in_private(session, row.case_id, actor=actor, now=now)
    if author != Speaker.PERSON:
        return False
    case = session.get_one(CareCaseRow, row.case_id)
    closed = case.closed_at is not None
    reopened = closed and row.case_id in reopen_for(session, {(case.identity_id, case.brand)}, now=now)
    waits_in_private(session, row.case_id, now)
    return reopened
