from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest
from proof_house import EMAIL, MOBILE, Visit, enrol_customers
from room_forms import come_in
from room_house import House, path_of
from sqlalchemy import select
from sqlmodel import col

from records.database import reading
from records.nouns import Brand
from records.tables.room import LetterRow, ProofCodeRow, RoomGuessRow
from records.words import ProofKind

BANK = Brand(name="banco-marca", phone="+34 900 100 200")
AIRLINE = Brand(name="aerolinea", proof="booking", address="usted")


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    enrol_customers(house)
    visit = Visit(house, BANK)
    yield visit
    visit.browser.close()


@pytest.mark.parametrize(("typed", "proof", "way"), [(EMAIL, "email_code", "email"), (MOBILE, "mobile_code", "sms")])
def test_a_code_sent_to_the_contact_on_file_proves_the_record(visit: Visit, typed: str, proof: str, way: str) -> None:
    asked = visit.ask(contact=typed)
    assert (asked.status_code, asked.headers["location"]) == (303, "/room/proof/code")
    ((customer, sent_by, code),) = visit.letters()
    assert (customer, sent_by) == (1, way)
    proved = visit.try_code(f" {code[:3]} {code[3:]}")
    assert (proved.status_code, proved.headers["location"]) == (303, "/room/consent")
    room = visit.room
    assert (room.customer_id, room.file_proof, room.filed_at) == (1, proof, visit.house.clock())
    assert "room:proved:file" in visit.logged()


def test_the_two_proofs_are_kept_and_shown_apart(visit: Visit) -> None:
    page = visit.browser.get("/room/proof").text
    assert page.count("Comprobado</strong>") == 1
    assert "La cuenta de la red social desde la que nos escribiste es tuya." in page
    assert "Que estés en los datos de clientes." in page
    visit.ask()
    visit.try_code(visit.letters()[0][2])
    page = visit.browser.get("/room/proof").text
    assert page.count("Comprobado</strong>") == 2
    assert visit.room.handle_proof == ProofKind.OWN_MESSAGE


def test_an_airline_asks_for_booking_and_surname_and_never_for_a_document(house: House) -> None:
    enrol_customers(house)
    visit = Visit(house, AIRLINE)
    page = visit.browser.get("/room/proof")
    assert {"booking", "surname"} <= {value for name, value in visit.page("/room/proof").attributes if name == "name"}
    assert "nunca le pediremos el DNI, el pasaporte ni el número de una tarjeta" in page.text
    visit.ask(booking="ab-12 cd", surname="RUIZ PENA")
    ((customer, way, code),) = visit.letters()
    assert (customer, way) == (1, "email")
    assert visit.try_code(code).headers["location"] == "/room/consent"
    visit.browser.close()


def test_known_and_unknown_get_the_same_bytes_and_the_same_rows(visit: Visit) -> None:
    answers, rows = [], []
    for typed in (EMAIL, "nadie@example.com"):
        asked = visit.ask(contact=typed)
        shown = visit.browser.get("/room/proof/code")
        code = cast("ProofCodeRow", visit.rows(ProofCodeRow)[-1])
        letter = cast("LetterRow", visit.rows(LetterRow)[-1])
        sent = visit.letters()[-1]
        wrong = visit.try_code("000000" if sent[2] != "000000" else "000001")
        answers.append(
            [(each.status_code, sorted(each.headers.items()), each.content) for each in (asked, shown, wrong)]
        )
        rows.append((code.customer_id, code.kind, letter.customer_id, letter.way, letter.due_at, letter.attempts))
    assert answers[0] == answers[1]
    assert rows[0] == rows[1]


def test_of_nobodys_record_no_code_is_right(visit: Visit) -> None:
    visit.ask(contact="nadie@example.com")
    ((customer, _, code),) = visit.letters()
    assert customer is None
    assert visit.try_code(code).status_code == 400
    assert visit.room.filed_at is None


def test_five_misses_kill_a_code(visit: Visit) -> None:
    visit.ask()
    code = visit.letters()[0][2]
    for _ in range(5):
        assert visit.try_code(_other(code)).status_code == 400
    over = visit.try_code(code)
    assert over.status_code == 400
    assert "Ese código ya no vale" in over.text
    assert visit.room.filed_at is None


def test_ten_misses_end_a_records_day_for_known_and_unknown_alike(visit: Visit) -> None:
    for typed in (EMAIL, "nadie@example.com"):
        for _ in range(2):
            assert visit.ask(contact=typed).status_code == 303
            code = visit.letters()[0][2]
            for _ in range(5):
                visit.try_code(_other(code))
            visit.house.clock.pass_(timedelta(minutes=2))
        resting = visit.ask(contact=f" {typed.upper()}")
        assert resting.status_code == 429
        assert "hoy no enviamos más códigos" in resting.text
    visit.house.clock.pass_(timedelta(days=1))
    assert visit.ask().status_code == 303


@pytest.mark.parametrize(("last", "status"), [(0, 303), (1, 400)])
def test_the_tenth_miss_of_a_record_ends_its_day_while_a_code_is_still_open(
    visit: Visit, last: int, status: int
) -> None:
    for misses in (5, 4, last):
        visit.ask()
        code = visit.letters()[0][2]
        for _ in range(misses):
            visit.try_code(_other(code))
        # Nobody types so fast: else the source would be turned away before.
        visit.house.clock.pass_(timedelta(minutes=2))
    assert visit.try_code(code).status_code == status
    assert (visit.room.filed_at is None) is bool(last)


def test_nobodys_mailbox_is_filled_by_somebody_else(visit: Visit) -> None:
    assert [visit.ask().status_code for _ in range(6)] == [303] * 5 + [429]
    assert visit.ask(contact=MOBILE).status_code == 303


def test_a_room_asks_for_ten_codes_a_day(visit: Visit) -> None:
    asked = [visit.ask(contact=f"nadie{number}@example.com").status_code for number in range(11)]
    assert asked == [303] * 10 + [429]


def test_a_code_is_good_for_ten_minutes(visit: Visit) -> None:
    visit.ask()
    code = visit.letters()[0][2]
    visit.house.clock.pass_(timedelta(minutes=10))
    assert "Ese código ya no vale" in visit.try_code(code).text


def test_a_new_code_voids_the_one_before(visit: Visit) -> None:
    visit.ask()
    first = visit.letters()[0][2]
    visit.ask(contact=MOBILE)
    second = visit.letters()[0][2]
    if first != second:
        assert visit.try_code(first).status_code == 400
    assert visit.try_code(second).status_code == 303


def test_a_code_is_used_once(visit: Visit) -> None:
    visit.ask()
    code = visit.letters()[0][2]
    assert visit.try_code(code).status_code == 303
    assert cast("ProofCodeRow", visit.rows(ProofCodeRow)[0]).used_at == visit.house.clock()
    assert visit.try_code(code).headers["location"] == "/room/proof"


def test_a_code_is_stored_nowhere(visit: Visit) -> None:
    visit.ask()
    code = visit.letters()[0][2]
    visit.try_code(code)
    stored = [*visit.rows(ProofCodeRow), *visit.rows(LetterRow)]
    texts = [str(value) for row in stored for value in row.model_dump().values() if isinstance(value, str)]
    assert not [text for text in texts if code in text or EMAIL in text]


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "", "1" * 5000])
def test_what_is_no_code_is_no_miss(visit: Visit, typed: str) -> None:
    visit.ask()
    visit.letters()
    answer = visit.try_code(typed)
    assert answer.status_code == 400
    assert "El código tiene 6 cifras" in answer.text
    assert cast("ProofCodeRow", visit.rows(ProofCodeRow)[0]).misses == 0


@pytest.mark.parametrize("typed", ["ana", "", "12", "<script>alert(1)</script>", "\x00", "a" * 4000])
def test_what_is_no_contact_is_said_and_shown_back_escaped(visit: Visit, typed: str) -> None:
    answer = visit.ask(contact=typed)
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert visit.rows(ProofCodeRow) == []


def test_misses_are_kept_so_that_sprays_are_seen(visit: Visit) -> None:
    visit.ask()
    visit.try_code(_other(visit.letters()[0][2]))
    with reading(visit.house.engine) as session:
        assert list(session.execute(select(col(RoomGuessRow.door))).scalars()) == ["proof"]


def test_a_source_that_misses_too_often_is_turned_away_before_anything_is_looked_at(visit: Visit) -> None:
    statuses = []
    for number in range(5):
        visit.ask(contact=f"nadie{number}@example.com")
        code = visit.letters()[0][2]
        statuses += [visit.try_code(_other(code)).status_code for _ in range(5)]
    assert statuses == [400] * 20 + [429] * 5


def test_another_site_can_neither_ask_nor_try(visit: Visit) -> None:
    visit.browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert visit.ask().status_code == visit.try_code("123456").status_code == 403
    assert visit.rows(ProofCodeRow) == []


def test_without_a_session_every_page_is_the_same_refusal(visit: Visit) -> None:
    visit.browser.cookies.clear()
    answers = {visit.browser.get(path).content for path in ("/room/proof", "/room/proof/code", "/room/consent")}
    answers |= {visit.ask().content, visit.try_code("123456").content}
    assert len(answers) == 1


def test_before_the_proof_no_page_shows_anything_of_the_person(visit: Visit) -> None:
    pages = "".join(visit.browser.get(path).text for path in ("/room/proof", "/room/proof/code", "/room/consent"))
    assert not [
        told
        for told in ("rosa", "Rosa", "4471", "Ruiz", "example.com", "612345678")
        if told in pages.replace("nombre@ejemplo.es", "")
    ]


def test_a_room_that_was_another_records_is_not_opened_to_this_one(visit: Visit) -> None:
    visit.ask()
    visit.try_code(visit.letters()[0][2])
    room = visit.house.invite(reissue=True)
    visit.browser.cookies.clear()
    come_in(visit.browser, path_of(room))
    assert visit.room.filed_at is None
    visit.ask(contact="eva@example.com")
    refused = visit.try_code(visit.letters()[0][2])
    assert refused.status_code == 403
    assert "Esta conversación es de otra persona" in refused.text
    assert (visit.room.filed_at, visit.room.customer_id) == (None, 1)
    visit.ask()
    assert visit.try_code(visit.letters()[0][2]).status_code == 303
    assert visit.room.filed_at is not None


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
