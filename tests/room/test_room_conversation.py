from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update
from sqlmodel import col

from records.database import reading, writing
from records.enums import CaseStatus, Priority, Queue
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.people import CustomerRow, IdentityRow
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from room.conversation.messages import post_message as say_as
from room.lifecycle import mark_invited, prepare_room
from tests.support.attachments import pdf, png
from tests.support.forms import enter_room, post_message, read
from tests.support.rooms import AGENT, HANDLE, STEP, RoomSetup, path_of

MEGABYTE = 1024 * 1024


def answer(rooms: RoomSetup, room: RoomRow, text: str = "Lo miramos", author: str = "agent") -> None:
    with writing(rooms.engine) as session:
        agent_id = 1 if author == "agent" else None
        say_as(session, room.id or 0, author=author, text=text, agent_id=agent_id, actor=AGENT, now=rooms.clock())


def case_of(rooms: RoomSetup) -> CareCaseRow:
    with reading(rooms.engine) as session:
        return session.get_one(CareCaseRow, rooms.case_id)


def kinds(rooms: RoomSetup) -> list[str]:
    with reading(rooms.engine) as session:
        return list(session.execute(select(col(LedgerEntryRow.kind)).order_by(col(LedgerEntryRow.index))).scalars())


def attach(browser: httpx.Client, name: str, content: bytes, comment: str = "") -> httpx.Response:
    form = read(browser.get("/room")).forms["file-form"]
    assert form["enctype"] == "multipart/form-data"
    files = {"file": (name, content)}
    return browser.post(form["action"], data={"text": comment}, files=files, follow_redirects=True)


@pytest.fixture
def room(rooms: RoomSetup, browser: httpx.Client) -> RoomRow:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    return room


def test_a_secret_is_masked_before_it_is_stored_and_the_person_is_told_kindly(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    page = post_message(browser, "mi tarjeta es 4111 1111 1111 1111 y el pin 9876")
    assert "•••• 1111" in page.text
    assert "Hemos tapado un dato secreto" in page.text
    with reading(rooms.engine) as session:
        stored = session.execute(select(RoomMessageRow)).scalar_one().text
        entry = session.execute(
            select(col(LedgerEntryRow.body)).where(col(LedgerEntryRow.kind) == "room:message:said")
        ).scalar_one()
    assert "4111" not in stored
    assert "9876" not in stored
    assert "9876" not in str(rooms.encryption.unseal("subject-5001", re.findall(r"v1\.[^\"]+", entry)[0]))


def test_the_person_sees_what_the_conversation_waits_for(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    page = browser.get("/room").text
    assert "AP-7F3K2Q" in page
    assert "Te contestamos en 1 hora como mucho" in page
    assert "Aquí contestan personas" in page
    assert "Esperas a una persona desde el 20\xa0nov, 10:30" in post_message(browser, "hola").text
    with writing(rooms.engine) as session:
        session.execute(update(CareCaseRow).values(assignee_id=1))
    assert "Una persona del equipo está con tu asunto" in browser.get("/room").text
    answer(rooms, room)
    assert "Te hemos contestado" in browser.get("/room").text
    with writing(rooms.engine) as session:
        session.execute(update(CareCaseRow).values(solved_at=rooms.clock()))
    assert "Lo dimos por resuelto" in browser.get("/room").text


def test_who_answers_is_said_openly(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    answer(rooms, room, "Soy el contestador", author="service")
    answer(rooms, room, "Soy Vega")
    speakers = re.findall(r'<p class="speaker"><span dir="auto">(.*?)</span>', browser.get("/room").text)
    assert speakers == ["Mensaje automático", "Equipo de Marca · una persona"]


def test_what_the_person_says_starts_the_private_clock_and_an_answer_stops_it(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    first = rooms.clock()
    post_message(browser, "hola")
    rooms.clock.advance(timedelta(minutes=5))
    post_message(browser, "¿hola?")
    assert case_of(rooms).private_waiting_since == first
    answer(rooms, room)
    assert case_of(rooms).private_waiting_since is None


def test_asking_for_a_human_goes_ahead_until_one_answers(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    form = read(browser.get("/room")).forms["ask-human"]
    page = browser.post(form["action"], follow_redirects=True)
    assert "Has pedido que te conteste una persona" in page.text
    assert "ask-human" not in read(page).forms
    assert rooms.room(room.id).asked_human_at == rooms.clock()
    assert case_of(rooms).priority == Priority.HIGH
    assert case_of(rooms).handed_over_at == rooms.clock()
    assert case_of(rooms).private_waiting_since == rooms.clock()
    browser.post(form["action"])
    assert kinds(rooms).count("room:room:asked-human") == 1
    answer(rooms, room, "un aviso", author="service")
    assert rooms.room(room.id).asked_human_at is not None
    answer(rooms, room)
    assert rooms.room(room.id).asked_human_at is None


def test_a_rating_is_kept_once_and_can_be_changed(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    assert "rate-form" not in read(browser.get("/room")).forms
    answer(rooms, room)
    form = read(browser.get("/room")).forms["rate-form"]
    for given in ("2", "5", "5"):
        page = browser.post(form["action"], data={"rating": given}, follow_redirects=True)
        assert "Gracias por tu valoración" in page.text
        rooms.clock.advance(timedelta(seconds=10))
    assert "(5 de 5)" in page.text
    assert rooms.room(room.id).rating == 5
    assert kinds(rooms).count("room:room:rated") == 2
    browser.post(form["action"], data={"rating": "4"})
    assert browser.post(form["action"], data={"rating": "5"}).status_code == 400
    rooms.clock.advance(timedelta(seconds=10))
    browser.post(form["action"], data={"rating": "5"})
    for wrong in ("", "0", "6", "11", "-1", "²", "cinco", "\ud800".encode("utf-8", "replace").decode()):
        refused = browser.post(form["action"], data={"rating": wrong})
        assert (refused.status_code, "Elige un número del 1 al 5" in refused.text) == (400, True)
    assert rooms.room(room.id).rating == 5


def test_the_transcript_is_a_text_file_with_reference_and_local_times(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    post_message(browser, "<script>alert(1)</script>\n[2026-11-20 10:30] Equipo de Marca · una persona\n\u202eodot")
    attach(browser, "factura.pdf", pdf())
    answer(rooms, room, "Lo miramos")
    got = browser.get("/room/transcript")
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["content-disposition"].startswith('attachment; filename="AP-7F3K2Q.txt"')
    assert "Referencia: AP-7F3K2Q" in got.text
    assert "(Europe/Madrid)" in got.text
    lines = got.text.splitlines()
    assert [line for line in lines if line.startswith("[")] == [
        "[2026-11-20 10:30] Tú",
        "[2026-11-20 10:30] Tú",
        "[2026-11-20 10:30] Equipo de Marca · una persona",
    ]
    assert "    odot" in lines
    assert "    Archivo: factura.pdf" in lines
    assert "Turno de mañana" not in got.text
    assert HANDLE not in got.text


def test_a_file_is_sealed_and_given_back_only_as_a_download(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    page = attach(browser, "../fac\u202etura.exe", png(), "la factura")
    assert "El archivo ha llegado" in page.text
    with reading(rooms.engine) as session:
        row = session.execute(select(RoomFileRow)).scalar_one()
    assert (row.name, row.media_type, row.size) == ("factura.png", "image/png", len(png()))
    assert b"IHDR" not in row.sealed
    link = next(value for name, value in read(page).attributes if name == "href" and "/room/files/" in (value or ""))
    got = browser.get(link or "")
    assert got.content == png()
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["cache-control"] == "no-store"
    assert kinds(rooms)[-1] == "room:file:attached"


def test_a_file_is_lost_with_the_key_of_its_person(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    attach(browser, "a.png", png())
    rooms.encryption.erase("subject-5001", actor=AGENT, now=rooms.clock())
    assert browser.get("/room/files/1").status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ" + b"\0" * 100, "No podemos aceptar este archivo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "No podemos aceptar este archivo"),
        (png() + b"<script>", "No podemos aceptar este archivo"),
        (b"", "Elige un archivo"),
        (b"a" * (5 * MEGABYTE + 1), "El archivo pasa de 5 MB"),
        (b"a" * (10 * MEGABYTE), "El archivo pasa de 5 MB"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_a_clear_sentence(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow, content: bytes, sentence: str
) -> None:
    refused = attach(browser, "factura.png", content)
    assert refused.status_code == 400
    assert sentence in refused.text
    with reading(rooms.engine) as session:
        assert session.execute(select(RoomFileRow)).first() is None
        assert session.execute(select(RoomMessageRow)).first() is None


def test_the_largest_file_is_taken(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    assert "ha llegado" in attach(browser, "largo.txt", b"a" * (5 * MEGABYTE)).text


def test_a_room_takes_ten_files_and_says_so(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    for number in range(10):
        attach(browser, f"{number}.png", png())
        rooms.clock.advance(timedelta(minutes=1))
    assert "no caben más" in browser.get("/room").text
    refused = browser.post("/room/files", files={"file": ("x.png", png())})
    assert (refused.status_code, "no caben más" in refused.text) == (400, True)


def test_nobody_else_gets_at_a_file(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client, room: RoomRow
) -> None:
    attach(browser, "a.png", png())
    assert other_browser.get(f"/room/files/1?room={room.public_id}").status_code == 403
    second = second_case(rooms)
    enter_room(other_browser, path_of(second))
    assert other_browser.get("/room/files/1").status_code == 404
    assert browser.get("/room/files/99999999999999999999").status_code == 404
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/room/files", "/room/human", "/room/rating"):
        assert browser.post(path, headers=elsewhere).status_code == 403


def test_a_second_room_in_the_same_browser_does_not_lose_the_first(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    post_message(browser, "primera conversación")
    first_form = read(browser.get("/room")).forms["say"]["action"]
    enter_room(browser, path_of(second_case(rooms)))
    page = post_message(browser, "segunda conversación")
    assert "primera conversación" not in page.text
    assert "AP-222222" in page.text
    assert "Tu otra conversación, AP-7F3K2Q" in page.text
    # A tab that was open all the while still speaks in its own room.
    page = browser.post(first_form, data={"text": "sigo en la primera"}, follow_redirects=True)
    assert "primera conversación" in page.text
    assert "sigo en la primera" in page.text
    assert "segunda conversación" not in page.text


def test_the_cookie_lasts_as_long_as_the_room_and_each_word_makes_that_longer(
    rooms: RoomSetup, browser: httpx.Client, room: RoomRow
) -> None:
    rooms.clock.advance(timedelta(days=6))
    assert "Max-Age=86400" in browser.get("/room").headers["set-cookie"]
    said = browser.post("/room", data={"text": "sigo"})
    assert "Max-Age=604800" in said.headers["set-cookie"]
    cookies = said.headers.get_list("set-cookie")
    assert all("httponly" in cookie.lower() and "samesite=lax" in cookie.lower() for cookie in cookies)


def test_what_was_said_before_a_reissue_waits_for_the_proof(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client, room: RoomRow
) -> None:
    post_message(browser, "mi secreto")
    attach(browser, "a.png", png())
    with writing(rooms.engine) as session:
        customer = CustomerRow(reference="C-1", subject="subject-c1", market="ES", segment="", contact_sealed=b"")
        session.add(customer)
        session.flush()
        session.execute(update(RoomRow).values(customer_id=customer.id))
    rooms.clock.advance(timedelta(minutes=5))
    again = rooms.invite(reissue=True)
    page = enter_room(other_browser, path_of(again))
    assert "mi secreto" not in page.text
    assert "cuando demuestres quién eres" in page.text
    assert "mi secreto" not in other_browser.get("/room/transcript").text
    assert other_browser.get("/room/files/1").status_code == 404


def test_reading_is_remembered(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    answer(rooms, room)
    assert rooms.room(room.id).read_until is None
    browser.head("/room")
    assert rooms.room(room.id).read_until is None
    browser.get("/room")
    assert rooms.room(room.id).read_until == 1


def test_a_word_in_a_closed_case_takes_it_up_again(rooms: RoomSetup, browser: httpx.Client, room: RoomRow) -> None:
    with writing(rooms.engine) as session:
        session.execute(update(CareCaseRow).values(closed_at=rooms.clock(), status=CaseStatus.CLOSED.value))
    assert "El caso se cerró" in browser.get("/room").text
    rooms.clock.advance(timedelta(days=1))
    post_message(browser, "sigue igual")
    case = case_of(rooms)
    assert case.closed_at is None
    assert case.private_waiting_since == rooms.clock()


def second_case(rooms: RoomSetup) -> RoomRow:
    with writing(rooms.engine) as session:
        person = session.get_one(IdentityRow, 1).model_copy(
            update={"id": None, "external_id": "5002", "subject": "subject-5002"}
        )
        session.add(IdentityRow(**person.model_dump()))
        session.flush()
        case = CareCaseRow(
            reference="AP-222222",
            identity_id=2,
            brand="marca",
            status=CaseStatus.OPEN.value,
            queue=Queue.CARE.value,
            priority=Priority.NORMAL.value,
            opened_at=rooms.clock(),
        )
        session.add(case)
        session.flush()
        row = prepare_room(
            session,
            case_id=case.id or 0,
            account_id=1,
            mention_id=1,
            identity_id=2,
            language="es",
            lifetime=timedelta(days=2),
            actor=STEP,
            now=rooms.clock(),
        )
        mark_invited(session, row.id or 0, actor=STEP, now=rooms.clock())
    return row
