from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from sqlalchemy import delete

from people.consents import wording_version
from people.identity_links import live_link
from records.database import reading, writing
from records.enums import Purpose
from records.models import Brand
from records.tables.listener import DirectMessageRow
from records.tables.people import ConsentRow, IdentityLinkRow
from room.web.pages.consent import question_text
from room.wordings import words_for
from tests.support.forms import enter_room
from tests.support.room_verification import RoomBrowser, import_customers
from tests.support.rooms import RoomSetup, path_of

BRAND = Brand(name="marca")


@pytest.fixture
def room_browser(rooms: RoomSetup) -> Iterator[RoomBrowser]:
    import_customers(rooms)
    room_browser = RoomBrowser(rooms, BRAND)
    yield room_browser
    room_browser.browser.close()


def _agree(room_browser: RoomBrowser, *purposes: Purpose, language: str = "es") -> None:
    shown = room_browser.browser.get("/room/consent", params={"lang": language})
    assert shown.status_code == 200
    hidden = room_browser.page("/room/consent").hidden
    form = {name: value for name, value in hidden.items() if name.startswith("wording_")}
    room_browser.browser.post("/room/consent", data=form | {purpose.value: "yes" for purpose in purposes})


def _prove(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    room_browser.try_code(room_browser.letters()[0][2])


def _consents(room_browser: RoomBrowser) -> list[tuple[str, bool]]:
    rows = cast("list[ConsentRow]", room_browser.rows(ConsentRow))
    return [(row.purpose, row.withdrawn_at is None) for row in rows]


def test_the_notice_comes_before_three_separate_unticked_questions(room_browser: RoomBrowser) -> None:
    page = room_browser.browser.get("/room/consent")
    assert page.text.index("Primero: qué hacemos") < page.text.index("Tres preguntas")
    forms = room_browser.page("/room/consent")
    assert forms.attributes.count(("type", "checkbox")) == 3
    assert "checked" not in {name for name, _ in forms.attributes}
    assert "script" not in forms.tags


def test_refusing_everything_ends_nothing(room_browser: RoomBrowser) -> None:
    _agree(room_browser)
    assert _consents(room_browser) == []
    assert room_browser.browser.get("/room").status_code == 200
    assert room_browser.room.status == "open"


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_yes_is_kept_with_the_very_question(room_browser: RoomBrowser, language: str) -> None:
    _agree(room_browser, Purpose.SAY_SOLVED, language=language)
    (row,) = cast("list[ConsentRow]", room_browser.rows(ConsentRow))
    question = question_text(words_for(language, BRAND), Purpose.SAY_SOLVED)
    assert (row.purpose, row.wording_version) == ("say_solved", wording_version(language, question))
    assert (row.room_id, row.given_at) == (room_browser.room_id, room_browser.rooms.clock())
    assert "room:consented:say_solved" in room_browser.logged()


def test_a_yes_to_a_question_that_was_not_asked_is_none(room_browser: RoomBrowser) -> None:
    room_browser.browser.post("/room/consent", data={"learn": "yes", "wording_learn": "es-0000000000000000"})
    room_browser.browser.post("/room/consent", data={"learn": "yes"})
    assert _consents(room_browser) == []


def test_the_handle_is_linked_only_once_both_proofs_and_the_consent_are_there(room_browser: RoomBrowser) -> None:
    _agree(room_browser, Purpose.LINK_HANDLE)
    assert room_browser.rows(IdentityLinkRow) == []
    _prove(room_browser)
    (row,) = cast("list[IdentityLinkRow]", room_browser.rows(IdentityLinkRow))
    assert (row.identity_id, row.customer_id, row.proof, row.withdrawn_at) == (1, 1, "email_code", None)


def test_who_does_not_hold_the_handle_links_nothing(rooms: RoomSetup) -> None:
    import_customers(rooms)
    with writing(rooms.engine) as session:
        session.execute(delete(DirectMessageRow))
    room_browser = RoomBrowser(rooms, BRAND)
    _prove(room_browser)
    _agree(room_browser, Purpose.LINK_HANDLE, Purpose.LEARN)
    assert room_browser.rows(IdentityLinkRow) == []
    assert room_browser.learned.proved_by == []
    room_browser.browser.close()


def test_withdrawing_consent_withdraws_the_link_and_leaves_the_rest(room_browser: RoomBrowser) -> None:
    _prove(room_browser)
    _agree(room_browser, Purpose.LINK_HANDLE, Purpose.SAY_SOLVED)
    with reading(room_browser.rooms.engine) as session:
        assert live_link(session, 1) is not None
    done = room_browser.browser.post("/room/consent/withdraw", data={"purpose": "link_handle"})
    assert done.status_code == 303
    assert _consents(room_browser) == [("link_handle", False), ("say_solved", True)]
    with reading(room_browser.rooms.engine) as session:
        assert live_link(session, 1) is None
    assert "room:withdrew:link_handle" in room_browser.logged()
    assert "Retirado." in room_browser.browser.get(done.headers["location"]).text
    assert room_browser.browser.get("/room").status_code == 200


def test_a_case_is_learned_from_only_while_the_consent_stands(room_browser: RoomBrowser) -> None:
    _prove(room_browser)
    assert room_browser.learned.proved_by == []
    _agree(room_browser, Purpose.LEARN)
    assert room_browser.learned.proved_by == [("email_code", 1)]
    room_browser.browser.post("/room/consent/withdraw", data={"purpose": "learn"})
    assert room_browser.learned.taken_back == [1]


def test_a_consent_from_another_room_is_shown_only_to_who_holds_the_handle(room_browser: RoomBrowser) -> None:
    _agree(room_browser, Purpose.SAY_SOLVED)
    with writing(room_browser.rooms.engine) as session:
        session.execute(delete(DirectMessageRow))
        session.get_one(ConsentRow, 1).room_id = None
    room = room_browser.rooms.invite(reissue=True)
    room_browser.browser.cookies.clear()
    enter_room(room_browser.browser, path_of(room))
    assert "Aceptado el" not in room_browser.browser.get("/room/consent").text
    room_browser.browser.post("/room/consent/withdraw", data={"purpose": "say_solved"})
    assert _consents(room_browser) == [("say_solved", True)]


@pytest.mark.parametrize("purpose", ["", "everything", "link_handle\x00", "LEARN"])
def test_a_purpose_that_is_none_withdraws_nothing(room_browser: RoomBrowser, purpose: str) -> None:
    _agree(room_browser, Purpose.LEARN)
    assert room_browser.browser.post("/room/consent/withdraw", data={"purpose": purpose}).status_code == 303
    assert _consents(room_browser) == [("learn", True)]


def test_another_site_can_make_nobody_agree(room_browser: RoomBrowser) -> None:
    room_browser.browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert room_browser.browser.post("/room/consent", data={"learn": "yes"}).status_code == 403
    assert room_browser.browser.post("/room/consent/withdraw", data={"purpose": "learn"}).status_code == 403


def test_a_room_without_ports_asks_no_proof_and_still_asks_consent(rooms: RoomSetup) -> None:
    room_browser = RoomBrowser(rooms, BRAND, asks_proof=False)
    assert room_browser.browser.get("/room/proof").status_code == 404
    _agree(room_browser, Purpose.LEARN)
    assert _consents(room_browser) == [("learn", True)]
    room_browser.browser.close()
