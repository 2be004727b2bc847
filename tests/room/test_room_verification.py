from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading
from records.enums import ProofKind
from records.models import Brand
from records.tables.room import FailedAttemptRow, NotificationRow, ProofCodeRow
from tests.support.forms import enter_room
from tests.support.room_verification import EMAIL, MOBILE, RoomBrowser, import_customers
from tests.support.rooms import RoomSetup, path_of

BANK = Brand(name="banco-marca", phone="+34 900 100 200")
AIRLINE = Brand(name="aerolinea", proof="booking", address="usted")


@pytest.fixture
def room_browser(rooms: RoomSetup) -> Iterator[RoomBrowser]:
    import_customers(rooms)
    room_browser = RoomBrowser(rooms, BANK)
    yield room_browser
    room_browser.browser.close()


@pytest.mark.parametrize(("typed", "proof", "way"), [(EMAIL, "email_code", "email"), (MOBILE, "mobile_code", "sms")])
def test_a_code_sent_to_the_contact_on_file_proves_the_record(
    room_browser: RoomBrowser, typed: str, proof: str, way: str
) -> None:
    asked = room_browser.ask(contact=typed)
    assert (asked.status_code, asked.headers["location"]) == (303, "/room/proof/code")
    ((customer, sent_by, code),) = room_browser.letters()
    assert (customer, sent_by) == (1, way)
    proved = room_browser.try_code(f" {code[:3]} {code[3:]}")
    assert (proved.status_code, proved.headers["location"]) == (303, "/room/consent")
    room = room_browser.room
    assert (room.customer_id, room.file_proof, room.filed_at) == (1, proof, room_browser.rooms.clock())
    assert "room:proved:file" in room_browser.logged()


def test_the_two_proofs_are_kept_and_shown_apart(room_browser: RoomBrowser) -> None:
    page = room_browser.browser.get("/room/proof").text
    assert page.count("Comprobado</strong>") == 1
    assert "La cuenta de la red social desde la que nos escribiste es tuya." in page
    assert "Que estés en los datos de clientes." in page
    room_browser.ask()
    room_browser.try_code(room_browser.letters()[0][2])
    page = room_browser.browser.get("/room/proof").text
    assert page.count("Comprobado</strong>") == 2
    assert room_browser.room.handle_proof == ProofKind.OWN_MESSAGE


def test_an_airline_asks_for_booking_and_surname_and_never_for_a_document(rooms: RoomSetup) -> None:
    import_customers(rooms)
    room_browser = RoomBrowser(rooms, AIRLINE)
    page = room_browser.browser.get("/room/proof")
    assert {"booking", "surname"} <= {
        value for name, value in room_browser.page("/room/proof").attributes if name == "name"
    }
    assert "nunca le pediremos el DNI, el pasaporte ni el número de una tarjeta" in page.text
    room_browser.ask(booking="ab-12 cd", surname="RUIZ PENA")
    ((customer, way, code),) = room_browser.letters()
    assert (customer, way) == (1, "email")
    assert room_browser.try_code(code).headers["location"] == "/room/consent"
    room_browser.browser.close()


def test_known_and_unknown_get_the_same_bytes_and_the_same_rows(room_browser: RoomBrowser) -> None:
    answers, rows = [], []
    for typed in (EMAIL, "nadie@example.com"):
        asked = room_browser.ask(contact=typed)
        shown = room_browser.browser.get("/room/proof/code")
        code = cast("ProofCodeRow", room_browser.rows(ProofCodeRow)[-1])
        letter = cast("NotificationRow", room_browser.rows(NotificationRow)[-1])
        sent = room_browser.letters()[-1]
        wrong = room_browser.try_code("000000" if sent[2] != "000000" else "000001")
        answers.append(
            [(each.status_code, sorted(each.headers.items()), each.content) for each in (asked, shown, wrong)]
        )
        rows.append((code.customer_id, code.kind, letter.customer_id, letter.way, letter.due_at, letter.attempts))
    assert answers[0] == answers[1]
    assert rows[0] == rows[1]


def test_of_nobodys_record_no_code_is_right(room_browser: RoomBrowser) -> None:
    room_browser.ask(contact="nadie@example.com")
    ((customer, _, code),) = room_browser.letters()
    assert customer is None
    assert room_browser.try_code(code).status_code == 400
    assert room_browser.room.filed_at is None


def test_five_misses_kill_a_code(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    code = room_browser.letters()[0][2]
    for _ in range(5):
        assert room_browser.try_code(_other(code)).status_code == 400
    over = room_browser.try_code(code)
    assert over.status_code == 400
    assert "Ese código ya no vale" in over.text
    assert room_browser.room.filed_at is None


def test_ten_misses_end_a_records_day_for_known_and_unknown_alike(room_browser: RoomBrowser) -> None:
    for typed in (EMAIL, "nadie@example.com"):
        for _ in range(2):
            assert room_browser.ask(contact=typed).status_code == 303
            code = room_browser.letters()[0][2]
            for _ in range(5):
                room_browser.try_code(_other(code))
            room_browser.rooms.clock.advance(timedelta(minutes=2))
        resting = room_browser.ask(contact=f" {typed.upper()}")
        assert resting.status_code == 429
        assert "hoy no enviamos más códigos" in resting.text
    room_browser.rooms.clock.advance(timedelta(days=1))
    assert room_browser.ask().status_code == 303


@pytest.mark.parametrize(("last", "status"), [(0, 303), (1, 400)])
def test_the_tenth_miss_of_a_record_ends_its_day_while_a_code_is_still_open(
    room_browser: RoomBrowser, last: int, status: int
) -> None:
    for misses in (5, 4, last):
        room_browser.ask()
        code = room_browser.letters()[0][2]
        for _ in range(misses):
            room_browser.try_code(_other(code))
        # Nobody types so fast: else the source would be turned away before.
        room_browser.rooms.clock.advance(timedelta(minutes=2))
    assert room_browser.try_code(code).status_code == status
    assert (room_browser.room.filed_at is None) is bool(last)


def test_nobodys_mailbox_is_filled_by_somebody_else(room_browser: RoomBrowser) -> None:
    assert [room_browser.ask().status_code for _ in range(6)] == [303] * 5 + [429]
    assert room_browser.ask(contact=MOBILE).status_code == 303


def test_a_room_asks_for_ten_codes_a_day(room_browser: RoomBrowser) -> None:
    asked = [room_browser.ask(contact=f"nadie{number}@example.com").status_code for number in range(11)]
    assert asked == [303] * 10 + [429]


def test_a_code_is_good_for_ten_minutes(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    code = room_browser.letters()[0][2]
    room_browser.rooms.clock.advance(timedelta(minutes=10))
    assert "Ese código ya no vale" in room_browser.try_code(code).text


def test_a_new_code_voids_the_one_before(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    first = room_browser.letters()[0][2]
    room_browser.ask(contact=MOBILE)
    second = room_browser.letters()[0][2]
    if first != second:
        assert room_browser.try_code(first).status_code == 400
    assert room_browser.try_code(second).status_code == 303


def test_a_code_is_used_once(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    code = room_browser.letters()[0][2]
    assert room_browser.try_code(code).status_code == 303
    assert cast("ProofCodeRow", room_browser.rows(ProofCodeRow)[0]).used_at == room_browser.rooms.clock()
    assert room_browser.try_code(code).headers["location"] == "/room/proof"


def test_a_code_is_stored_nowhere(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    code = room_browser.letters()[0][2]
    room_browser.try_code(code)
    stored = [*room_browser.rows(ProofCodeRow), *room_browser.rows(NotificationRow)]
    texts = [str(value) for row in stored for value in row.model_dump().values() if isinstance(value, str)]
    assert not [text for text in texts if code in text or EMAIL in text]


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "", "1" * 5000])
def test_what_is_no_code_is_no_miss(room_browser: RoomBrowser, typed: str) -> None:
    room_browser.ask()
    room_browser.letters()
    answer = room_browser.try_code(typed)
    assert answer.status_code == 400
    assert "El código tiene 6 cifras" in answer.text
    assert cast("ProofCodeRow", room_browser.rows(ProofCodeRow)[0]).misses == 0


@pytest.mark.parametrize("typed", ["ana", "", "12", "<script>alert(1)</script>", "\x00", "a" * 4000])
def test_what_is_no_contact_is_said_and_shown_back_escaped(room_browser: RoomBrowser, typed: str) -> None:
    answer = room_browser.ask(contact=typed)
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert room_browser.rows(ProofCodeRow) == []


def test_misses_are_kept_so_that_sprays_are_seen(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    room_browser.try_code(_other(room_browser.letters()[0][2]))
    with reading(room_browser.rooms.engine) as session:
        assert list(session.execute(select(col(FailedAttemptRow.door))).scalars()) == ["proof"]


def test_a_source_that_misses_too_often_is_turned_away_before_anything_is_looked_at(room_browser: RoomBrowser) -> None:
    statuses = []
    for number in range(5):
        room_browser.ask(contact=f"nadie{number}@example.com")
        code = room_browser.letters()[0][2]
        statuses += [room_browser.try_code(_other(code)).status_code for _ in range(5)]
    assert statuses == [400] * 20 + [429] * 5


def test_another_site_can_neither_ask_nor_try(room_browser: RoomBrowser) -> None:
    room_browser.browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert room_browser.ask().status_code == room_browser.try_code("123456").status_code == 403
    assert room_browser.rows(ProofCodeRow) == []


def test_without_a_session_every_page_is_the_same_refusal(room_browser: RoomBrowser) -> None:
    room_browser.browser.cookies.clear()
    answers = {room_browser.browser.get(path).content for path in ("/room/proof", "/room/proof/code", "/room/consent")}
    answers |= {room_browser.ask().content, room_browser.try_code("123456").content}
    assert len(answers) == 1


def test_before_the_proof_no_page_shows_anything_of_the_person(room_browser: RoomBrowser) -> None:
    pages = "".join(
        room_browser.browser.get(path).text for path in ("/room/proof", "/room/proof/code", "/room/consent")
    )
    assert not [
        told
        for told in ("rosa", "Rosa", "4471", "Ruiz", "example.com", "612345678")
        if told in pages.replace("nombre@ejemplo.es", "")
    ]


def test_a_room_that_was_another_records_is_not_opened_to_this_one(room_browser: RoomBrowser) -> None:
    room_browser.ask()
    room_browser.try_code(room_browser.letters()[0][2])
    room = room_browser.rooms.invite(reissue=True)
    room_browser.browser.cookies.clear()
    enter_room(room_browser.browser, path_of(room))
    assert room_browser.room.filed_at is None
    room_browser.ask(contact="eva@example.com")
    refused = room_browser.try_code(room_browser.letters()[0][2])
    assert refused.status_code == 403
    assert "Esta conversación es de otra persona" in refused.text
    assert (room_browser.room.filed_at, room_browser.room.customer_id) == (None, 1)
    room_browser.ask()
    assert room_browser.try_code(room_browser.letters()[0][2]).status_code == 303
    assert room_browser.room.filed_at is not None


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
