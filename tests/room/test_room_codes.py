"""Short codes: derived, read forgivingly, stored as a digest alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.database import writing
from records.tables.room import RoomRow
from room.invitation import (
    CODE_BITS,
    find_invitation_by_code,
    invitation_code,
    invitation_code_digest,
    parse_invitation_code,
)
from room.lifecycle import close_room, invitation_token, prepare_room, revoke_room
from tests.support.rooms import ROOM_KEY, STEP, RoomSetup

ROOMS = st.text(st.characters(codec="ascii"), max_size=40)


@given(ROOMS, st.integers(0, 10**6))
def test_a_code_is_eight_unmistakable_characters_of_forty_bits(public_id: str, generation: int) -> None:
    code = invitation_code(ROOM_KEY, public_id, generation)
    assert len(code) == 9
    assert code[4] == "-"
    assert not set(code) & set("ILOU")
    assert parse_invitation_code(code) == code
    assert CODE_BITS == 8 * 5


def test_codes_of_many_rooms_and_generations_differ_and_use_every_character_alike() -> None:
    codes = [invitation_code(ROOM_KEY, f"room-{n % 2000}", n // 2000) for n in range(20_000)]
    assert len(set(codes)) == 20_000
    counted = [sum(code.count(character) for code in codes) for character in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"]
    assert sum(counted) == 160_000
    assert max(counted) - min(counted) < 700


@given(ROOMS, ROOMS, st.integers(0, 99), st.integers(0, 99))
def test_a_code_tells_keys_rooms_and_generations_apart(one: str, other: str, first: int, second: int) -> None:
    same = invitation_code(ROOM_KEY, one, first) == invitation_code(ROOM_KEY, other, second)
    assert same is ((one, first) == (other, second))
    assert invitation_code(b"another key", one, first) != invitation_code(ROOM_KEY, one, first)


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-90X1",
        "7k3m-90x1",
        "7k3m90x1",
        " 7K3M 90X1\r\n",
        "7 k 3 m 9 0 x 1",
        "7K3M\u201490X1",  # the dash that a telephone makes of two hyphens
        "７Ｋ３Ｍ－９０Ｘ１",  # full width
        "7K3M-9OXI",  # O for 0, I for 1
        "7k3m-9oxl",  # l for 1
        "7K3M\u200b-90X1\ufeff",  # zero width
        "\u202e7K3M-90X1\u202c",
        "«7K3M.90X1».",
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert parse_invitation_code(typed) == "7K3M-90X1"
    assert invitation_code_digest(ROOM_KEY, typed) == invitation_code_digest(ROOM_KEY, "7K3M-90X1")


@pytest.mark.parametrize(
    "typed", ["", "7K3M-90X", "7K3M-90X12", "7K3M-90XU", "ñandúñan", "x" * 10_000_000, "\x00", "\ud800"]
)
def test_what_is_no_code_is_read_as_none_and_matches_none(typed: str) -> None:
    assert parse_invitation_code(typed) is None
    assert invitation_code_digest(ROOM_KEY, typed) == invitation_code_digest(ROOM_KEY, "")


@given(st.text())
def test_any_text_is_read_or_refused_and_reading_again_changes_nothing(typed: str) -> None:
    read = parse_invitation_code(typed)
    assert read is None or parse_invitation_code(read) == read
    assert len(invitation_code_digest(ROOM_KEY, typed)) == 64


def test_only_a_digest_of_the_code_is_stored_and_a_new_generation_has_another(rooms: RoomSetup) -> None:
    first = _prepared(rooms)
    code = invitation_code(ROOM_KEY, first.public_id, first.generation)
    assert first.code_digest == invitation_code_digest(ROOM_KEY, code)
    assert code not in str(first.model_dump())
    assert code.replace("-", "") not in str(first.model_dump())
    second = _prepared(rooms, reissue=True)
    assert second.id == first.id
    assert second.code_digest not in {None, first.code_digest}
    with writing(rooms.engine) as session:
        assert find_invitation_by_code(session, code, room_key=ROOM_KEY)[1] == ""
        newer = invitation_code(ROOM_KEY, second.public_id, second.generation)
        assert find_invitation_by_code(session, newer, room_key=ROOM_KEY) == (
            second.public_id,
            invitation_token(ROOM_KEY, second),
        )


def test_an_invitation_by_link_has_no_code(rooms: RoomSetup) -> None:
    assert rooms.invite().code_digest is None


def test_a_code_that_was_sent_stays_good_when_the_settings_change(rooms: RoomSetup) -> None:
    first = _prepared(rooms)
    assert rooms.invite().code_digest == first.code_digest


def test_a_room_that_is_over_has_no_code(rooms: RoomSetup) -> None:
    for end in (close_room, revoke_room):
        room = _prepared(rooms)
        with writing(rooms.engine) as session:
            end(session, room.id or 0, actor=STEP, now=rooms.clock())
        assert rooms.room(room.id).code_digest is None


def test_two_rooms_never_share_a_code(rooms: RoomSetup) -> None:
    first = _prepared(rooms)
    with writing(rooms.engine) as session:
        twin = RoomRow(**first.model_dump(exclude={"id", "public_id", "status"}), public_id="t" * 22, status="closed")
        twin.code_digest = invitation_code_digest(ROOM_KEY, invitation_code(ROOM_KEY, first.public_id, 2))
        session.add(twin)
    again = _prepared(rooms, reissue=True)
    assert again.generation == 3
    assert again.code_digest == invitation_code_digest(ROOM_KEY, invitation_code(ROOM_KEY, again.public_id, 3))


def test_a_room_with_a_code_needs_the_key(rooms: RoomSetup) -> None:
    with pytest.raises(ValueError, match="room_key"):
        _prepared(rooms, room_key=None)


def _prepared(rooms: RoomSetup, *, reissue: bool = False, room_key: bytes | None = ROOM_KEY) -> RoomRow:
    with writing(rooms.engine) as session:
        return prepare_room(
            session,
            case_id=rooms.case_id,
            account_id=1,
            mention_id=1,
            identity_id=1,
            language="es",
            lifetime=timedelta(days=2),
            actor=STEP,
            now=rooms.clock(),
            reissue=reissue,
            entry="code",
            room_key=room_key,
        )
