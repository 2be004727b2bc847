from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from records.database import writing
from records.enums import RoomStatus
from records.tables.listener import DirectMessageRow
from room.conversation.messages import MOST_CHARACTERS, MessageTextError, normalise_message, post_message
from room.invitation import is_genuine_token, room_link, room_token
from room.lifecycle import (
    PERSON,
    InvitationRefusal,
    OpenedRoom,
    RoomStateError,
    consume_invitation,
    find_open_room,
    invitation_token,
    mark_invited,
    revoke_room,
)
from tests.support.rooms import AGENT, ROOM_KEY, STEP, RoomSetup


def test_preparing_twice_gives_the_same_room_and_the_same_link(rooms: RoomSetup) -> None:
    first, second = rooms.invite(), rooms.invite()
    assert (first.id, invitation_token(ROOM_KEY, first)) == (second.id, invitation_token(ROOM_KEY, second))


def test_an_invitation_that_ran_out_unopened_makes_way_for_a_new_room(rooms: RoomSetup) -> None:
    first = rooms.invite(lifetime=timedelta(hours=1))
    rooms.clock.advance(timedelta(hours=2))
    second = rooms.invite()
    assert first.id != second.id
    assert rooms.room(first.id).status == RoomStatus.CLOSED


def test_a_room_opens_though_its_invitation_was_not_yet_seen_to_leave(rooms: RoomSetup) -> None:
    room = rooms.invite()
    with writing(rooms.engine) as session:
        session.get_one(type(room), room.id).status = RoomStatus.PREPARED
    assert isinstance(_consume(rooms, room.public_id, invitation_token(ROOM_KEY, room)), OpenedRoom)
    with writing(rooms.engine) as session:
        mark_invited(session, room.id or 0, actor=STEP, now=rooms.clock())
    assert rooms.room(room.id).status == RoomStatus.OPEN


def test_holding_the_handle_is_proved_only_by_an_answer_to_their_own_message(rooms: RoomSetup) -> None:
    with writing(rooms.engine) as session:
        session.execute(delete(DirectMessageRow))
    room = rooms.invite()
    _consume(rooms, room.public_id, invitation_token(ROOM_KEY, room))
    assert rooms.room(room.id).handle_held_at is None


def test_the_session_is_stored_only_as_its_digest(rooms: RoomSetup) -> None:
    room = rooms.invite()
    came_in = _consume(rooms, room.public_id, invitation_token(ROOM_KEY, room))
    assert isinstance(came_in, OpenedRoom)
    stored = rooms.room(room.id)
    assert came_in.session_token not in str(stored.model_dump())
    assert came_in.session_token not in repr(came_in)
    with writing(rooms.engine) as session:
        assert find_open_room(session, room.public_id, came_in.session_token, now=rooms.clock()) is not None
        assert find_open_room(session, room.public_id, stored.session_hash or "", now=rooms.clock()) is None


def test_a_revoked_room_takes_no_more_words(rooms: RoomSetup) -> None:
    room = rooms.invite()
    with writing(rooms.engine) as session:
        revoke_room(session, room.id or 0, actor=AGENT, now=rooms.clock())
    with writing(rooms.engine) as session, pytest.raises(RoomStateError):
        post_message(session, room.id or 0, author="agent", text="hola", agent_id=1, actor=AGENT, now=rooms.clock())


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 9), st.text(max_size=60))
def test_only_the_token_of_room_and_generation_is_taken(one: str, other: str, generation: int, token: str) -> None:
    one, other = (text.encode("utf-8", "replace").decode() for text in (one, other))
    genuine = room_token(ROOM_KEY, one, generation)
    assert is_genuine_token(ROOM_KEY, one, generation, genuine)
    assert not is_genuine_token(ROOM_KEY, one, generation + 1, genuine)
    assert not is_genuine_token(b"another key", one, generation, genuine)
    assert is_genuine_token(ROOM_KEY, other, generation, genuine) is (one == other)
    assert not is_genuine_token(ROOM_KEY, one, generation, token)


def test_a_link_is_read_back_from_its_parts() -> None:
    assert room_link("https://sala.example/", "abc", "xyz") == "https://sala.example/r/abc/xyz"


@given(st.text())
def test_whatever_is_said_can_be_stored(raw: str) -> None:
    try:
        text = normalise_message(raw)
    except MessageTextError:
        return
    assert 0 < len(text) <= MOST_CHARACTERS
    assert "\x00" not in text
    assert "\r" not in text
    text.encode()


def _consume(rooms: RoomSetup, public_id: str, token: str) -> OpenedRoom | InvitationRefusal:
    with writing(rooms.engine) as session:
        return consume_invitation(session, public_id, token, room_key=ROOM_KEY, actor=PERSON, now=rooms.clock())
