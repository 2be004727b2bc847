"""Answers to notices through a real SMTP server, from people, machines and forgers."""

from __future__ import annotations

import base64
import smtplib
import socket
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlmodel import col

from records.database import reading, writing
from records.enums import CaseStatus, Priority, Queue
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from records.tables.people import CustomerRow, IdentityRow
from records.tables.room import NotificationRow, RoomMessageRow, RoomRow
from room.conversation.messages import post_message
from room.notifications.reply_address import is_genuine, parse_reply_address, reply_address
from room.notifications.unread import enqueue_notices, still_unread
from service.notifications.email_parsing import parse_email, text_of_html, without_quotes
from service.notifications.inbound_email import ACTOR, MOST_BYTES, inbound_email_server
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings
from tests.support.databases import copy_databases

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DOMAIN = "respuestas.acme.example"
PUBLIC_ID = "AbCdEfGhIjKlMnOpQrStUv"
SETTINGS = f"""
[service]
mode = "live"
classifier = "fast"
[smtp]
host = "127.0.0.1"
sender = "avisos@acme.example"
[replies_by_email]
domain = "{DOMAIN}"
port = 0
[[brands]]
name = "acme"
[[accounts]]
brand = "acme"
name = "acme-x"
network = "x"
external_id = "1001"
handle = "acme"
base_url = "http://127.0.0.1:9"
"""
KINDS = ("BEARER_TOKEN", "API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")
QUOTED = (
    "\n\nEl lun, 4 may 2026 a las 12:00, Acme (<avisos@acme.example>)\nescribió:\n\n> Te hemos contestado.\n> Vuelve.\n"
)


class StillClock:
    rate = 0.0

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture(scope="module")
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, clock: StillClock) -> Iterator[App]:
    folder: Path = tmp_path_factory.mktemp("mailroom")
    copy_databases(folder)
    (folder / "aparte.toml").write_text(SETTINGS, encoding="utf-8")
    secrets = [f"APARTE_MASTER_KEY={base64.b64encode(bytes(range(32))).decode()}"]
    secrets += [f"APARTE_ACME_X_{kind}=practice" for kind in KINDS]
    (folder / "secrets.env").write_text("\n".join(secrets), encoding="utf-8")
    app = open_app(load_settings(folder / "aparte.toml"), clock=clock)
    with writing(app.engine) as session:
        for row in _rows(next(iter(app.accounts))):
            session.add(row)
            session.flush()
    yield app
    app.close()


@pytest.fixture
def app(furnished: App, clock: StillClock) -> App:
    clock.moment = NOW
    with writing(furnished.engine) as session:
        for table in (NotificationRow, RoomMessageRow):
            session.execute(delete(table))
        room = {"status": "open", "customer_id": 1, "read_until": None, "expires_at": NOW + timedelta(days=7)}
        session.execute(update(RoomRow).values(**room, closed_at=None))
    return furnished


@pytest.fixture(scope="module")
def door(furnished: App) -> Iterator[tuple[str, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    replies = furnished.settings.document.replies_by_email
    assert replies is not None
    opened = inbound_email_server(furnished, replies.model_copy(update={"port": port}))
    opened.start()
    yield "127.0.0.1", port
    opened.stop()


def to(app: App, *, customer_id: int = 1, public_id: str = PUBLIC_ID) -> str:
    return reply_address(app.room_key, public_id, customer_id, domain=DOMAIN)


def send(
    door: tuple[str, int], to_address: str, body: str = "Gracias", sender: str = "ana@correo.example", **headers: str
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender or "x@y.example", "sala@acme.example", "Re: aviso"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    with smtplib.SMTP(*door, timeout=10) as client:
        client.send_message(mail, from_addr=sender, to_addrs=[to_address])


def said(app: App) -> Sequence[RoomMessageRow]:
    with reading(app.engine) as session:
        return list(session.execute(select(RoomMessageRow).order_by(col(RoomMessageRow.id))).scalars())


def test_an_answer_to_a_notice_enters_the_room_unproven_without_what_it_quotes(app: App, door: tuple[str, int]) -> None:
    send(door, to(app), "Sigue sin llegar.\n\nMi pin es 1234" + QUOTED)
    (message,) = said(app)
    assert message.text == "Sigue sin llegar.\n\nMi pin es ••••"
    assert (message.author, message.via, message.said_at) == ("person", "email", NOW)


def test_the_case_of_letters_in_an_address_does_not_matter(app: App, door: tuple[str, int]) -> None:
    send(door, to(app).upper())
    assert len(said(app)) == 1


def test_forged_and_spent_addresses_get_the_very_same_no(app: App, door: tuple[str, int]) -> None:
    mine = to(app)
    local = mine.partition("@")[0]
    refused = [
        mine.replace(".", ".a", 1)[:-1],
        mine[:-1] + "x",
        f"{local}@otra.example",
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{DOMAIN}",
        to(app, customer_id=2),
        to(app, public_id="ZbCdEfGhIjKlMnOpQrStUv"),
        f"room+{'a' * 40}.{'b' * 20}@{DOMAIN}",
        f"postmaster@{DOMAIN}",
        "a@b",
        "x" * 200 + "@example.com",
    ]
    answers = {_refusal(door, address) for address in refused}
    for over in ({"status": "closed"}, {"status": "revoked"}, {"customer_id": None}, {"expires_at": NOW}):
        with writing(app.engine) as session:
            session.execute(update(RoomRow).values(status="open", customer_id=1, expires_at=NOW + timedelta(days=1)))
            session.execute(update(RoomRow).values(**over))
        answers |= {_refusal(door, mine), _refusal(door, to(app, customer_id=0))}
    assert answers == {(550, b"5.1.1 No such mailbox here")}
    assert said(app) == []


def _refusal(door: tuple[str, int], address: str) -> tuple[int, bytes]:
    with smtplib.SMTP(*door, timeout=10) as client:
        client.ehlo()
        client.mail("ana@correo.example")
        return client.rcpt(address)


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("ana@correo.example", {"Auto_Submitted": "auto-replied"}),
        ("ana@correo.example", {"Auto_Submitted": "auto-generated; owner-email=x"}),
        ("ana@correo.example", {"Precedence": "bulk"}),
        ("ana@correo.example", {"Precedence": "auto_reply"}),
        ("ana@correo.example", {"X_Autoreply": "yes"}),
        ("ana@correo.example", {"List_Id": "<a.b>"}),
        ("", {}),  # a bounce
        ("MAILER-DAEMON@correo.example", {}),
    ],
)
def test_machines_are_heard_out_and_not_listened_to(
    app: App, door: tuple[str, int], sender: str, headers: dict[str, str]
) -> None:
    send(door, to(app), "Estoy de vacaciones", sender, **headers)
    assert said(app) == []


def test_the_same_e_mail_delivered_twice_is_said_once(app: App, door: tuple[str, int], clock: StillClock) -> None:
    send(door, to(app), "hola")
    send(door, to(app), "hola")
    assert len(said(app)) == 1
    clock.moment += timedelta(hours=2)
    send(door, to(app), "hola")
    assert len(said(app)) == 2


def test_files_in_an_e_mail_are_left_out_and_the_person_is_told(app: App, door: tuple[str, int]) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "ana@correo.example", "sala@acme.example"
    mail.set_content("Ahí va")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="a.exe")
    with smtplib.SMTP(*door, timeout=10) as client:
        client.send_message(mail, to_addrs=[to(app)])
    text, note = said(app)
    assert (text.text, note.author) == ("Ahí va", "service")
    assert "no se han guardado" in note.text


def test_a_long_answer_is_cut_and_a_huge_one_refused(app: App, door: tuple[str, int]) -> None:
    send(door, to(app), "palabra " * 2_000)
    (message,) = said(app)
    assert len(message.text) == 4_000
    assert message.text.endswith("[…]")
    with pytest.raises(smtplib.SMTPException):
        send(door, to(app), "x" * 70 + "\n" + ("y" * 70 + "\n") * (MOST_BYTES // 71 + 10))
    assert len(said(app)) == 1


def test_a_flood_of_mail_is_put_off(app: App, door: tuple[str, int], clock: StillClock) -> None:
    for number in range(10):
        send(door, to(app), f"mensaje {number}")
    with pytest.raises(smtplib.SMTPDataError) as put_off:
        send(door, to(app), "uno más")
    assert put_off.value.smtp_code == 450
    assert len(said(app)) == 10


def test_the_server_survives_what_is_no_mail_and_no_smtp(app: App, door: tuple[str, int]) -> None:
    for said_raw in (b"\x00\xff" * 500 + b"\r\n", b"EHLO \xed\xa0\x80\r\nMAIL FROM:<\xff>\r\nDATA\r\n", b"A" * 5_000):
        with socket.create_connection(door, timeout=5) as raw:
            raw.sendall(said_raw)
            raw.recv(200)
    for content in (
        b"",
        b"\x00" * 100,
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"=?utf-8?b?///?=: x",
    ):
        with smtplib.SMTP(*door, timeout=10) as client:
            client.sendmail("ana@correo.example", [to(app)], content)
    send(door, to(app), "sigo aquí")
    assert said(app)[-1].text == "sigo aquí"


@given(content=st.binary(max_size=600), sender=st.text(max_size=20))
def test_reading_any_bytes_as_mail_raises_nothing(content: bytes, sender: str) -> None:
    for head in (
        b"",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        b"Content-Type: text/html; charset=x\r\n\r\n",
    ):
        parse_email(head + content, sender=sender)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("hola" + QUOTED, "hola"),
        ("hi\n\nOn Mon, 4 May 2026 at 12:00, Acme <a@b.c> wrote:\n> x", "hi"),
        ("hola\n-- \nAna\nTel. 600", "hola"),
        ("hola\n\nEnviado desde mi iPhone", "hola"),
        ("hi\n\nSent from my Pixel", "hi"),
        ("hola\n-----Mensaje original-----\nx", "hola"),
        ("hola\n________________________________\nDe: x", "hola"),
        ("hola\n\nDe: Acme <a@b.c>\nEnviado: lunes\nPara: Ana", "hola"),
        ("> antes\nentre líneas\n> después\nfin", "entre líneas\nfin"),
        # what only looks like it
        ("De: mi parte, gracias por todo\nUn saludo", "De: mi parte, gracias por todo\nUn saludo"),
        ("El pedido que escribió mi hijo: no llega", "El pedido que escribió mi hijo: no llega"),
        (QUOTED, ""),
        ("", ""),
    ],
)
def test_only_what_the_person_wrote_is_kept(text: str, own: str) -> None:
    assert without_quotes(text) == own


def test_of_a_page_only_its_words_are_kept() -> None:
    markup = (
        "<style>p{}</style><p>Hola <b>ya</b></p><script>alert(1)</script><blockquote>antes</blockquote><div>fin</div>"
    )
    assert without_quotes(text_of_html(markup)) == "Hola ya\n\nfin"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=st.text(max_size=120))
def test_no_made_up_address_is_genuine(address: str) -> None:
    found = parse_reply_address(address, domain=DOMAIN) or parse_reply_address(
        f"room+{address}@{DOMAIN}", domain=DOMAIN
    )
    assert found is None or not is_genuine(found, b"k" * 32, 1)


def test_one_notice_is_put_out_for_answers_that_nobody_has_seen(app: App, clock: StillClock) -> None:
    assert _announced(app) == 0
    _answer(app)
    assert _announced(app) == 0  # the person may be there
    clock.moment += timedelta(minutes=3)
    _answer(app)
    clock.moment += timedelta(minutes=3)
    assert [_announced(app), _announced(app)] == [1, 0]
    _answer(app)
    clock.moment += timedelta(minutes=5)
    assert _announced(app) == 0  # told less than a quarter of an hour ago
    clock.moment += timedelta(minutes=15)
    assert [_announced(app), _announced(app)] == [1, 0]
    with reading(app.engine) as session:
        rows = list(session.execute(select(NotificationRow)).scalars())
        assert all((row.kind, row.way, row.customer_id) == ("notice", "email", 1) for row in rows)
        assert still_unread(session, 1, rows[-1].once)


def test_who_has_seen_the_answer_or_is_not_on_file_gets_no_notice(app: App, clock: StillClock) -> None:
    _answer(app)
    clock.moment += timedelta(minutes=10)
    newest = said(app)[-1].id
    for seen in ({"read_until": newest}, {"customer_id": None}, {"status": "closed"}):
        with writing(app.engine) as session:
            session.execute(update(RoomRow).values(read_until=None, customer_id=1, status="open"))
            session.execute(update(RoomRow).values(**seen))
        assert _announced(app) == 0
    with writing(app.engine) as session:
        session.execute(update(RoomRow).values(read_until=newest))
        assert not still_unread(session, 1, f"notice:1:{newest}")


def _announced(app: App) -> int:
    with writing(app.engine) as session:
        return enqueue_notices(session, now=app.clock.now())


def _answer(app: App) -> None:
    with writing(app.engine) as session:
        post_message(session, 1, author="agent", text="Lo vemos", agent_id=None, actor=ACTOR, now=app.clock.now())


def _rows(account_id: int) -> list[object]:
    return [
        IdentityRow(
            network="x",
            external_id="5001",
            subject="subject-5001",
            handle="ana",
            display_name="Ana",
            biography="",
            reach=1,
            declared_bot=False,
            first_heard_at=NOW,
            last_heard_at=NOW,
        ),
        MentionRow(
            network="x",
            external_id="9001",
            kind="post",
            identity_id=1,
            root_external_id="9001",
            above=None,
            media_urls=[],
            revision=1,
            published_at=NOW,
            heard_at=NOW,
        ),
        CareCaseRow(
            reference="AP-7F3K2Q",
            identity_id=1,
            brand="acme",
            status=CaseStatus.OPEN.value,
            queue=Queue.CARE.value,
            priority=Priority.NORMAL.value,
            opened_at=NOW,
        ),
        CustomerRow(reference="C-1", subject="subject-c1", market="ES", segment="", contact_sealed=b""),
        RoomRow(
            public_id=PUBLIC_ID,
            case_id=1,
            account_id=account_id,
            mention_id=1,
            identity_id=1,
            language="es",
            status="open",
            prepared_at=NOW,
            opened_at=NOW,
            expires_at=NOW + timedelta(days=7),
            customer_id=1,
        ),
    ]
