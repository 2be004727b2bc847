"""Codes, ways out and guesses on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from people.subject_encryption import SubjectEncryption
from records.database import open_engine, writing
from records.enums import RoomStatus
from room.conversation.opt_out import OptOut, record_opt_out
from room.invitation import find_invitation_by_code, invitation_code
from room.lifecycle import PERSON, OpenedRoom, consume_invitation, mark_invited
from room.verification.throttling import (
    ThrottleScope,
    delete_old_attempts,
    find_spray_attacks,
    is_throttled,
    record_failed_attempt,
    source_digest,
)
from tests.support.databases import subject_keys_engine
from tests.support.rooms import ROOM_KEY, STEP, ManualClock, RoomSetup, case_rows


@pytest.fixture
def far_house(database_url: str, tmp_path: Path) -> Iterator[RoomSetup]:
    engine, keys_engine = open_engine(database_url), subject_keys_engine(tmp_path / "keys.db")
    with writing(engine) as session:
        for row in case_rows():
            session.add(row)
            session.flush()
    yield RoomSetup(engine=engine, encryption=SubjectEncryption(keys_engine, b"m" * 32), clock=ManualClock(), case_id=1)
    engine.dispose()
    keys_engine.dispose()


def test_a_room_lives_from_its_code_to_its_way_out(far_house: RoomSetup) -> None:
    rooms, now = far_house, far_house.clock()
    first = rooms.invite(entry="code")
    old = invitation_code(ROOM_KEY, first.public_id, first.generation)
    room = rooms.invite(entry="code", reissue=True)
    new = invitation_code(ROOM_KEY, room.public_id, room.generation)
    assert old != new
    with writing(rooms.engine) as session:
        assert find_invitation_by_code(session, old, room_key=ROOM_KEY)[1] == ""
        link = find_invitation_by_code(session, new, room_key=ROOM_KEY)
        came_in = consume_invitation(session, *link, room_key=ROOM_KEY, actor=PERSON, now=now)
        assert isinstance(came_in, OpenedRoom)
        mark_invited(session, room.id or 0, actor=STEP, now=now)
    with writing(rooms.engine) as session:
        for way in (OptOut.MINOR, OptOut.NO_CODE, OptOut.NOT_ME):
            record_opt_out(session, room.id or 0, way, notice="x", actor=PERSON, now=now, sealer=rooms.encryption)
    assert rooms.room(room.id).status == RoomStatus.REVOKED


def test_misses_are_counted_seen_and_forgotten(far_house: RoomSetup) -> None:
    rooms, now = far_house, far_house.clock()
    source = source_digest(ROOM_KEY, "192.0.2.1", now)
    with writing(rooms.engine) as session:
        for _ in range(20):
            assert not is_throttled(session, ThrottleScope.CODE, source, now=now)
            record_failed_attempt(session, ThrottleScope.CODE, source, now=now)
        assert is_throttled(session, ThrottleScope.CODE, source, now=now)
    with writing(rooms.engine) as session:
        (spray,) = find_spray_attacks(session, now=now)
        assert (spray.scope, spray.misses, spray.sources, spray.since) == ("code", 20, 1, now)
        delete_old_attempts(session, now=now + timedelta(days=2))
        assert not find_spray_attacks(session, now=now)
