"""How a typed code leads to its room, and how a room comes by one."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlmodel import Session, col

from records.tables.room import RoomRow
from records.words import RoomStatus
from room.codes import code_digest, code_of
from room.links import room_token

BY_CODE = "code"
NO_ROOM = "no-such-room-"
"""What no room is called."""


def invitation_of_code(session: Session, code: str, *, room_key: bytes) -> tuple[str, str]:
    """Public id and token of the invitation that a typed code stands for; of no room where it stands for none."""
    row = session.execute(select(RoomRow).where(col(RoomRow.code_digest) == code_digest(room_key, code))).scalar()
    # Reckoned for a code of no room as well, so that the answer takes as long.
    token = room_token(room_key, row.public_id if row else NO_ROOM, row.generation if row else 0)
    return (row.public_id, token) if row is not None else (NO_ROOM, "")


def set_entry(session: Session, row: RoomRow, entry: str, room_key: bytes | None) -> None:
    """Give an invitation that nobody has taken up its code; one that it has stays good."""
    if row.status == RoomStatus.OPEN or row.code_digest is not None:
        return
    row.entry = entry
    if entry != BY_CODE:
        return
    if room_key is None:
        raise ValueError("A room that is entered by a code needs the key of its codes: give `room_key`.")
    row.code_digest = code_digest(room_key, code_of(room_key, row.public_id, row.generation))
    while _is_taken(session, row):
        row.generation += 1
        row.code_digest = code_digest(room_key, code_of(room_key, row.public_id, row.generation))


def _is_taken(session: Session, row: RoomRow) -> bool:
    """True where another room has this very code, which two of 2^40 seldom do."""
    with session.no_autoflush:
        twin = exists().where(col(RoomRow.code_digest) == row.code_digest, col(RoomRow.public_id) != row.public_id)
        return bool(session.execute(select(twin)).scalar())
