"""Files that persons attached in rooms, read by an agent: each reading is logged."""

from __future__ import annotations

from datetime import datetime

from ledger.canonical import Json
from records.nouns import Actor
from records.tables.room import RoomFileRow, RoomRow
from room.files import CheckedFile, open_file
from service.desk_acting import SPEAKERS, DeskRefusalError, acting
from service.desk_entries import log_act
from service.house import House


def read_file(house: House, file_id: int, *, actor: Actor, now: datetime) -> CheckedFile:
    """A file as the person attached it, for an agent who saves it.

    Raises DeskRefusalError where there is none any more, or the key of its person is erased.
    """
    with acting(house, actor, SPEAKERS) as session:
        row = session.get(RoomFileRow, file_id)
        room = session.get(RoomRow, row.room_id) if row is not None else None
        found = open_file(session, row.room_id, file_id, opener=house.vault) if row is not None else None
        if row is None or room is None or found is None:
            raise DeskRefusalError("The file is gone: its person was erased, or it never was. Load the case again.")
        body: dict[str, Json] = {"room": row.room_id, "file": file_id, "sha256": row.sha256}
        log_act(session, "agent:file:read", actor, now, case_id=room.case_id, body=body)
    return found
