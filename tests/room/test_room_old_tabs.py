"""Several rooms in one browser: every page acts on the room that its address names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from proof_house import Visit, enrol_customers
from room_forms import come_in
from room_house import House, path_of

from records.database import writing
from records.nouns import Brand
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.conversation_standing import Turn, standing
from room.rooms import note_solved


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    enrol_customers(house)
    found = Visit(house, Brand(name="marca", languages=("es", "en")))
    yield found
    found.browser.close()


def another_room(visit: Visit) -> RoomRow:
    """A later room of the same person with another brand, opened in the same browser."""
    house = visit.house
    with writing(house.engine) as session:
        first = session.get_one(CareCaseRow, house.case_id)
        case = CareCaseRow(**first.model_dump(exclude={"id"}) | {"reference": "AP-222222", "brand": "otra"})
        session.add(case)
        session.flush()
        house.case_id = case.id or 0
    room = house.invite()
    come_in(visit.browser, path_of(room))
    return room


def test_an_old_tab_proves_consents_and_leaves_in_its_own_room(visit: Visit) -> None:
    old = visit.room
    visit.browser.get("/room")
    later = another_room(visit)
    here = f"?room={old.public_id}"
    asked = visit.browser.post(f"/room/proof{here}", data={"contact": "ana.ruiz@example.com"})
    assert asked.headers["location"] == f"/room/proof/code{here}"
    code = visit.letters()[0][2]
    assert visit.browser.post(f"/room/proof/code{here}", data={"code": code}).headers["location"].endswith(here)
    assert (visit.room.filed_at is not None, visit.house.room(later.id).filed_at) == (True, None)
    forms = visit.page(f"/room/consent{here}").forms
    assert forms["agree"]["action"] == f"/room/consent{here}"
    told = visit.browser.post(f"/room/out{here}", data={"way": "minor"})
    assert told.headers["location"] == f"/room{here}#end"
    assert (visit.room.turned_away_because, visit.house.room(later.id).turned_away_because) == ("minor", None)


@pytest.mark.parametrize("way", ["for_another", "not_a_customer", "minor"])
def test_who_said_that_the_file_is_not_theirs_is_not_asked_to_prove_it(visit: Visit, way: str) -> None:
    assert "/room/proof" in visit.browser.get("/room").text
    visit.browser.post("/room/out", data={"way": way})
    assert "/room/proof" not in visit.browser.get("/room").text
    for answer in (visit.browser.get("/room/proof"), visit.ask(), visit.browser.get("/room/proof/code")):
        assert (answer.status_code, answer.headers["location"]) == (303, "/room")
    assert visit.letters() == []


def test_a_room_says_that_its_matter_is_solved_until_the_case_goes_on(visit: Visit) -> None:
    house = visit.house
    with writing(house.engine) as session:
        note_solved(session, house.case_id, now=house.clock())
        assert standing(session, session.get_one(RoomRow, visit.room_id), []).turn is Turn.SOLVED
    assert "Resuelto" in visit.browser.get("/room").text
    house.clock.pass_(timedelta(minutes=1))
    visit.browser.post("/room", data={"text": "sigue igual"})
    assert "Resuelto" not in visit.browser.get("/room").text
