"""The ways out: each leads to a person, and none shows anything of anybody."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.enums import PrivateState, Queue, RoomStatus
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.room import RoomMessageRow
from room.conversation.opt_out import OptOut, masked_phone, parse_phone, record_opt_out
from room.invitation import invitation_code
from room.lifecycle import PERSON, RoomStateError, close_room
from tests.support.forms import enter_room, read
from tests.support.rooms import AGENT, ROOM_KEY, RoomSetup, path_of

TALKING = ["for_another", "not_a_customer", "minor"]


def test_each_way_out_is_a_form_of_its_own_before_and_inside_the_room(rooms: RoomSetup, browser: httpx.Client) -> None:
    link = path_of(rooms.invite())
    assert f'href="{link}/out"' in browser.get(link).text
    before = read(browser.get(f"{link}/out"))
    enter_room(browser, link)
    inside = read(browser.get("/room/out"))
    for page, action in ((before, f"{link}/out"), (inside, "/room/out")):
        ways = {name: form["action"].partition("#")[0] for name, form in page.forms.items()}
        assert ways == {f"take-{way}": action for way in [*OptOut, "office"]}


def test_it_is_not_me_shuts_the_room_for_everybody_and_shows_nothing(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client
) -> None:
    room = rooms.invite(entry="code")
    link, code = path_of(room), invitation_code(ROOM_KEY, room.public_id, room.generation)
    answer = browser.post(f"{link}/out", data={"way": "not_me"})
    assert answer.status_code == 200
    assert "Gracias por decirlo" in answer.text
    stored = rooms.room(room.id)
    assert (stored.status, stored.turned_away_because) == (RoomStatus.REVOKED, "not_me")
    assert stored.opened_at is None
    assert stored.asked_human_at == rooms.clock()
    for late in (browser.get(link), browser.post(link), other_browser.post(link), browser.post(f"{link}/out")):
        assert late.status_code == 410
    assert other_browser.post("/entrar", data={"code": code}).status_code == 403
    case = the_case(rooms)
    assert case.private_state == PrivateState.DECLINED
    assert case.handed_over_at == rooms.clock()
    assert "no es la persona a la que escribimos" in said(rooms)[0]
    assert "room:room:declined" in kinds(rooms)


def test_it_is_not_me_inside_ends_the_session_of_this_browser(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    answer = browser.post("/room/out", data={"way": "not_me"})
    assert answer.status_code == 200
    assert "aparte_room" not in browser.cookies
    assert browser.get("/room").status_code == 403
    assert rooms.room(room.id).status == RoomStatus.REVOKED


@pytest.mark.parametrize("way", TALKING)
@pytest.mark.parametrize("inside", [False, True])
def test_the_others_keep_talking_and_a_person_is_asked_for(
    rooms: RoomSetup, browser: httpx.Client, way: str, *, inside: bool
) -> None:
    room = rooms.invite()
    path = f"{path_of(room)}/out"
    if inside:
        enter_room(browser, path_of(room))
        path = "/room/out"
    answer = browser.post(path, data={"way": way})
    assert (answer.status_code, answer.headers["location"]) == (303, "/room#end")
    stored = rooms.room(room.id)
    assert (stored.status, stored.turned_away_because, stored.turned_away_at) == (RoomStatus.OPEN, way, rooms.clock())
    assert stored.asked_human_at == rooms.clock()
    assert browser.get("/room").status_code == 200
    case = the_case(rooms)
    assert case.private_state == PrivateState.OPEN
    assert case.private_waiting_since == rooms.clock()
    assert len(said(rooms)) == 1
    assert (case.queue == Queue.SUPERVISOR) is (way == "minor")
    assert "room:room:asked-human" in kinds(rooms)


def test_a_minor_goes_to_specialists_though_an_agent_has_the_case(rooms: RoomSetup, browser: httpx.Client) -> None:
    with writing(rooms.engine) as session:
        session.get_one(CareCaseRow, rooms.case_id).assignee_id = 1
    browser.post(f"{path_of(rooms.invite())}/out", data={"way": "minor"})
    case = the_case(rooms)
    assert (case.assignee_id, case.queue) == (None, Queue.SUPERVISOR)
    assert case.handed_over_at == rooms.clock()
    assert "menor de edad" in case.handed_over_note
    assert "room:case:handed-over" in kinds(rooms)


def test_a_call_is_asked_for_with_a_number_that_only_the_agent_reads(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    form = {"way": "no_code", "how": "call", "phone": "612 34 56 78"}
    assert browser.post("/room/out", data=form).status_code == 303
    assert "+34 612 34 56 78" in said(rooms)[0]
    with reading(rooms.engine) as session:
        bodies = "".join(session.execute(select(col(LedgerEntryRow.body))).scalars())
    assert '"phone":"…78"' in bodies
    for spelling in ("612 34", "61234", "612345678"):
        assert spelling not in bodies


@pytest.mark.parametrize("phone", ["", "12", "no tengo", "6" * 39, "<b>", "\x00", "+34 612 34 56 7"])
def test_a_number_that_is_none_is_asked_for_again_and_stays_in_the_form(
    rooms: RoomSetup, browser: httpx.Client, phone: str
) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    answer = browser.post("/room/out", data={"way": "no_code", "how": "call", "phone": phone})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert "<b>" not in answer.text
    assert rooms.room(room.id).turned_away_at is None


def test_at_the_office_a_reference_is_told(rooms: RoomSetup, browser: httpx.Client) -> None:
    link = path_of(rooms.invite())
    assert "AP-7F3K2Q" not in browser.get(f"{link}/out").text
    browser.post(f"{link}/out", data={"way": "no_code", "how": "office"})
    assert "AP-7F3K2Q" in said(rooms)[0]


@pytest.mark.parametrize("form", [{}, {"way": "x"}, {"way": "minor\x00"}, {"how": "call"}, {"way": "x" * 80_000}])
def test_what_is_no_way_out_changes_nothing(rooms: RoomSetup, browser: httpx.Client, form: dict[str, str]) -> None:
    room = rooms.invite()
    before = rooms.room(room.id).model_dump()
    assert browser.post(f"{path_of(room)}/out", data=form).status_code in {200, 400}
    assert rooms.room(room.id).model_dump() == before


def test_no_way_out_leads_from_elsewhere_or_for_strangers(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    before = rooms.room(room.id).model_dump()
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in (f"{path_of(room)}/out", "/room/out"):
        assert browser.post(path, data={"way": "not_me"}, headers=elsewhere).status_code in {403, 404}
    assert browser.post(f"/r/{room.public_id}/{'A' * 43}/out", data={"way": "not_me"}).status_code == 404
    assert browser.post("/room/out", data={"way": "not_me"}).status_code == 403
    assert rooms.room(room.id).model_dump() == before


def test_saying_the_same_over_and_over_does_not_fill_the_room(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    for _ in range(10):
        assert browser.post("/room/out", data={"way": "not_a_customer"}).status_code == 303
    assert len(said(rooms)) == 5


def test_a_room_that_is_over_has_no_way_out(rooms: RoomSetup) -> None:
    room = rooms.invite()
    with writing(rooms.engine) as session:
        close_room(session, room.id or 0, actor=AGENT, now=rooms.clock())
    for way in OptOut:
        with writing(rooms.engine) as session, pytest.raises(RoomStateError):
            record_opt_out(session, room.id or 0, way, notice="x", actor=PERSON, now=rooms.clock())


def test_somebody_else_may_be_invited_anew_after_it_was_not_me(rooms: RoomSetup, browser: httpx.Client) -> None:
    browser.post(f"{path_of(rooms.invite())}/out", data={"way": "not_me"})
    rooms.clock.advance(timedelta(hours=1))
    again = rooms.invite(reissue=True)
    assert enter_room(browser, path_of(again)).url.path == "/room"


@given(st.text(max_size=60), st.sampled_from(["ES", "MX", "GB", "", "??"]))
def test_any_text_is_a_number_or_none(typed: str, market: str) -> None:
    read_number = parse_phone(typed, market)
    assert read_number is None or read_number.startswith("+")


@given(st.from_regex(r"\+[0-9 ]{6,20}", fullmatch=True))
def test_a_masked_number_keeps_two_digits(phone: str) -> None:
    digits = "".join(sign for sign in phone if sign.isdigit())
    assert masked_phone(phone) == f"…{digits[-2:]}"


def the_case(rooms: RoomSetup) -> CareCaseRow:
    with reading(rooms.engine) as session:
        return session.get_one(CareCaseRow, rooms.case_id)


def said(rooms: RoomSetup) -> list[str]:
    with reading(rooms.engine) as session:
        return list(session.execute(select(col(RoomMessageRow.text)).order_by(col(RoomMessageRow.id))).scalars())


def kinds(rooms: RoomSetup) -> list[str]:
    with reading(rooms.engine) as session:
        return list(session.execute(select(col(LedgerEntryRow.kind))).scalars())
