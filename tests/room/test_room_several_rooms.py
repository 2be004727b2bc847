"""Several rooms in one browser: every page acts on the room that its address names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from records.database import writing
from records.models import Brand
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.conversation.status import ConversationState, conversation_status
from room.lifecycle import mark_solved
from tests.support.forms import enter_room
from tests.support.room_verification import RoomBrowser, import_customers
from tests.support.rooms import RoomSetup, path_of


@pytest.fixture
def room_browser(rooms: RoomSetup) -> Iterator[RoomBrowser]:
    import_customers(rooms)
    found = RoomBrowser(rooms, Brand(name="marca", languages=("es", "en")))
    yield found
    found.browser.close()


def another_room(room_browser: RoomBrowser) -> RoomRow:
    """A later room of the same person with another brand, opened in the same browser."""
    rooms = room_browser.rooms
    with writing(rooms.engine) as session:
        first = session.get_one(CareCaseRow, rooms.case_id)
        case = CareCaseRow(**first.model_dump(exclude={"id"}) | {"reference": "AP-222222", "brand": "otra"})
        session.add(case)
        session.flush()
        rooms.case_id = case.id or 0
    room = rooms.invite()
    enter_room(room_browser.browser, path_of(room))
    return room


def test_an_old_tab_proves_consents_and_leaves_in_its_own_room(room_browser: RoomBrowser) -> None:
    old = room_browser.room
    room_browser.browser.get("/room")
    later = another_room(room_browser)
    here = f"?room={old.public_id}"
    asked = room_browser.browser.post(f"/room/proof{here}", data={"contact": "ana.ruiz@example.com"})
    assert asked.headers["location"] == f"/room/proof/code{here}"
    code = room_browser.letters()[0][2]
    assert room_browser.browser.post(f"/room/proof/code{here}", data={"code": code}).headers["location"].endswith(here)
    assert (room_browser.room.filed_at is not None, room_browser.rooms.room(later.id).filed_at) == (True, None)
    forms = room_browser.page(f"/room/consent{here}").forms
    assert forms["agree"]["action"] == f"/room/consent{here}"
    told = room_browser.browser.post(f"/room/out{here}", data={"way": "minor"})
    assert told.headers["location"] == f"/room{here}#end"
    assert (room_browser.room.turned_away_because, room_browser.rooms.room(later.id).turned_away_because) == (
        "minor",
        None,
    )


@pytest.mark.parametrize("way", ["for_another", "not_a_customer", "minor"])
def test_who_said_that_the_file_is_not_theirs_is_not_asked_to_prove_it(room_browser: RoomBrowser, way: str) -> None:
    assert "/room/proof" in room_browser.browser.get("/room").text
    room_browser.browser.post("/room/out", data={"way": way})
    assert "/room/proof" not in room_browser.browser.get("/room").text
    for answer in (
        room_browser.browser.get("/room/proof"),
        room_browser.ask(),
        room_browser.browser.get("/room/proof/code"),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/room")
    assert room_browser.letters() == []


def test_a_room_says_that_its_matter_is_solved_until_the_case_goes_on(room_browser: RoomBrowser) -> None:
    rooms = room_browser.rooms
    with writing(rooms.engine) as session:
        mark_solved(session, rooms.case_id, now=rooms.clock())
        assert (
            conversation_status(session, session.get_one(RoomRow, room_browser.room_id), []).state
            is ConversationState.SOLVED
        )
    assert "Resuelto" in room_browser.browser.get("/room").text
    rooms.clock.advance(timedelta(minutes=1))
    room_browser.browser.post("/room", data={"text": "sigue igual"})
    assert "Resuelto" not in room_browser.browser.get("/room").text
