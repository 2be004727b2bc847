from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from proof_house import Visit, enrol_customers
from room_forms import come_in
from room_house import House, path_of
from sqlalchemy import delete

from people.consents import wording_version
from people.links import live_link
from records.database import reading, writing
from records.nouns import Brand
from records.tables.listener import DirectMessageRow
from records.tables.people import ConsentRow, IdentityLinkRow
from records.words import Purpose
from room.consent_doors import question_text
from room.wordings import words_for

BRAND = Brand(name="marca")


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    enrol_customers(house)
    visit = Visit(house, BRAND)
    yield visit
    visit.browser.close()


def _agree(visit: Visit, *purposes: Purpose, language: str = "es") -> None:
    shown = visit.browser.get("/room/consent", params={"lang": language})
    assert shown.status_code == 200
    hidden = visit.page("/room/consent").hidden
    form = {name: value for name, value in hidden.items() if name.startswith("wording_")}
    visit.browser.post("/room/consent", data=form | {purpose.value: "yes" for purpose in purposes})


def _prove(visit: Visit) -> None:
    visit.ask()
    visit.try_code(visit.letters()[0][2])


def _consents(visit: Visit) -> list[tuple[str, bool]]:
    rows = cast("list[ConsentRow]", visit.rows(ConsentRow))
    return [(row.purpose, row.withdrawn_at is None) for row in rows]


def test_the_notice_comes_before_three_separate_unticked_questions(visit: Visit) -> None:
    page = visit.browser.get("/room/consent")
    assert page.text.index("Primero: qué hacemos") < page.text.index("Tres preguntas")
    forms = visit.page("/room/consent")
    assert forms.attributes.count(("type", "checkbox")) == 3
    assert "checked" not in {name for name, _ in forms.attributes}
    assert "script" not in forms.tags


def test_refusing_everything_ends_nothing(visit: Visit) -> None:
    _agree(visit)
    assert _consents(visit) == []
    assert visit.browser.get("/room").status_code == 200
    assert visit.room.status == "open"


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_yes_is_kept_with_the_very_question(visit: Visit, language: str) -> None:
    _agree(visit, Purpose.SAY_SOLVED, language=language)
    (row,) = cast("list[ConsentRow]", visit.rows(ConsentRow))
    question = question_text(words_for(language, BRAND), Purpose.SAY_SOLVED)
    assert (row.purpose, row.wording_version) == ("say_solved", wording_version(language, question))
    assert (row.room_id, row.given_at) == (visit.room_id, visit.house.clock())
    assert "room:consented:say_solved" in visit.logged()


def test_a_yes_to_a_question_that_was_not_asked_is_none(visit: Visit) -> None:
    visit.browser.post("/room/consent", data={"learn": "yes", "wording_learn": "es-0000000000000000"})
    visit.browser.post("/room/consent", data={"learn": "yes"})
    assert _consents(visit) == []


def test_the_handle_is_linked_only_once_both_proofs_and_the_consent_are_there(visit: Visit) -> None:
    _agree(visit, Purpose.LINK_HANDLE)
    assert visit.rows(IdentityLinkRow) == []
    _prove(visit)
    (row,) = cast("list[IdentityLinkRow]", visit.rows(IdentityLinkRow))
    assert (row.identity_id, row.customer_id, row.proof, row.withdrawn_at) == (1, 1, "email_code", None)


def test_who_does_not_hold_the_handle_links_nothing(house: House) -> None:
    enrol_customers(house)
    with writing(house.engine) as session:
        session.execute(delete(DirectMessageRow))
    visit = Visit(house, BRAND)
    _prove(visit)
    _agree(visit, Purpose.LINK_HANDLE, Purpose.LEARN)
    assert visit.rows(IdentityLinkRow) == []
    assert visit.learned.proved_by == []
    visit.browser.close()


def test_withdrawing_consent_withdraws_the_link_and_leaves_the_rest(visit: Visit) -> None:
    _prove(visit)
    _agree(visit, Purpose.LINK_HANDLE, Purpose.SAY_SOLVED)
    with reading(visit.house.engine) as session:
        assert live_link(session, 1) is not None
    done = visit.browser.post("/room/consent/withdraw", data={"purpose": "link_handle"})
    assert done.status_code == 303
    assert _consents(visit) == [("link_handle", False), ("say_solved", True)]
    with reading(visit.house.engine) as session:
        assert live_link(session, 1) is None
    assert "room:withdrew:link_handle" in visit.logged()
    assert "Retirado." in visit.browser.get(done.headers["location"]).text
    assert visit.browser.get("/room").status_code == 200


def test_a_case_is_learned_from_only_while_the_consent_stands(visit: Visit) -> None:
    _prove(visit)
    assert visit.learned.proved_by == []
    _agree(visit, Purpose.LEARN)
    assert visit.learned.proved_by == [("email_code", 1)]
    visit.browser.post("/room/consent/withdraw", data={"purpose": "learn"})
    assert visit.learned.taken_back == [1]


def test_a_consent_from_another_room_is_shown_only_to_who_holds_the_handle(visit: Visit) -> None:
    _agree(visit, Purpose.SAY_SOLVED)
    with writing(visit.house.engine) as session:
        session.execute(delete(DirectMessageRow))
        session.get_one(ConsentRow, 1).room_id = None
    room = visit.house.invite(reissue=True)
    visit.browser.cookies.clear()
    come_in(visit.browser, path_of(room))
    assert "Aceptado el" not in visit.browser.get("/room/consent").text
    visit.browser.post("/room/consent/withdraw", data={"purpose": "say_solved"})
    assert _consents(visit) == [("say_solved", True)]


@pytest.mark.parametrize("purpose", ["", "everything", "link_handle\x00", "LEARN"])
def test_a_purpose_that_is_none_withdraws_nothing(visit: Visit, purpose: str) -> None:
    _agree(visit, Purpose.LEARN)
    assert visit.browser.post("/room/consent/withdraw", data={"purpose": purpose}).status_code == 303
    assert _consents(visit) == [("learn", True)]


def test_another_site_can_make_nobody_agree(visit: Visit) -> None:
    visit.browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert visit.browser.post("/room/consent", data={"learn": "yes"}).status_code == 403
    assert visit.browser.post("/room/consent/withdraw", data={"purpose": "learn"}).status_code == 403


def test_a_room_without_ports_asks_no_proof_and_still_asks_consent(house: House) -> None:
    visit = Visit(house, BRAND, asks_proof=False)
    assert visit.browser.get("/room/proof").status_code == 404
    _agree(visit, Purpose.LEARN)
    assert _consents(visit) == [("learn", True)]
    visit.browser.close()
