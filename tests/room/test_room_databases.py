"""Codes, ways out and guesses on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from people.vault import Vault
from records.database import open_engine, writing
from records.schema import migrate, migrate_keys
from records.words import RoomStatus
from room.code_entries import invitation_of_code
from room.codes import code_of
from room.guesses import MOST_OF_A_SOURCE, Door, forget_guesses, missed, source_digest, sprays, too_many
from room.rooms import PERSON, Consumed, consume, mark_invited
from room.ways_out import WayOut, take_way_out
from tests.support.rooms import ROOM_KEY, STEP, ManualClock, RoomSetup, case_rows


@pytest.fixture
def far_house(database_url: str, tmp_path: Path) -> Iterator[RoomSetup]:
    engine, keys_engine = open_engine(database_url), open_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    migrate(engine)
    migrate_keys(keys_engine)
    with writing(engine) as session:
        for row in case_rows():
            session.add(row)
            session.flush()
    yield RoomSetup(engine=engine, vault=Vault(keys_engine, b"m" * 32), clock=ManualClock(), case_id=1)
    engine.dispose()
    keys_engine.dispose()


def test_a_room_lives_from_its_code_to_its_way_out(far_house: RoomSetup) -> None:
    rooms, now = far_house, far_house.clock()
    first = rooms.invite(entry="code")
    old = code_of(ROOM_KEY, first.public_id, first.generation)
    room = rooms.invite(entry="code", reissue=True)
    new = code_of(ROOM_KEY, room.public_id, room.generation)
    assert old != new
    with writing(rooms.engine) as session:
        assert invitation_of_code(session, old, room_key=ROOM_KEY)[1] == ""
        link = invitation_of_code(session, new, room_key=ROOM_KEY)
        came_in = consume(session, *link, room_key=ROOM_KEY, actor=PERSON, now=now)
        assert isinstance(came_in, Consumed)
        mark_invited(session, room.id or 0, actor=STEP, now=now)
    with writing(rooms.engine) as session:
        for way in (WayOut.MINOR, WayOut.NO_CODE, WayOut.NOT_ME):
            take_way_out(session, room.id or 0, way, told="x", actor=PERSON, now=now, sealer=rooms.vault)
    assert rooms.room(room.id).status == RoomStatus.REVOKED


def test_misses_are_counted_seen_and_forgotten(far_house: RoomSetup) -> None:
    rooms, now = far_house, far_house.clock()
    source = source_digest(ROOM_KEY, "192.0.2.1", now)
    with writing(rooms.engine) as session:
        for _ in range(MOST_OF_A_SOURCE):
            assert not too_many(session, Door.CODE, source, now=now)
            missed(session, Door.CODE, source, now=now)
        assert too_many(session, Door.CODE, source, now=now)
    with writing(rooms.engine) as session:
        (spray,) = sprays(session, now=now)
        assert (spray.door, spray.misses, spray.sources, spray.since) == ("code", MOST_OF_A_SOURCE, 1, now)
        forget_guesses(session, now=now + timedelta(days=2))
        assert not sprays(session, now=now)
