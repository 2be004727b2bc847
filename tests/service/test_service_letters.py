"""Letters leave by a real mail server and a real gateway: once, with the same code however often they are tried."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import delete, select
from sqlmodel import SQLModel

from people.master_key import derive
from records.database import reading, writing
from records.leases import LEASE
from records.tables.ledger import LedgerEntryRow
from records.tables.room import NotificationRow, ProofCodeRow, RoomRow
from room.notifications.queue import enqueue
from room.verification.one_time_code import CodeCheck, check_code
from room.verification.ports import VerificationPorts
from service.notifications.alerts import Alerts
from service.operations.child_processes import free_port
from service.operations.schedule import WATCHES, run_once
from service.steps import notifications as step
from service.steps.notifications import send_notifications
from service.wiring.app import App
from service.wiring.settings import Settings
from tests.support.notifications import EMAIL, MOBILE, PERSON, START, Mailbox, ManualClock, open_with_room, request_code

NOBODY = 9
"""The discard port: nothing listens there."""


class Gateway(HTTPServer):
    """Takes text messages, and remembers them with their headers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[dict[str, str], dict[str, str]]] = []
        self.answer = 202


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Gateway)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((body, dict(self.headers)))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


class Notifications:
    def __init__(self, app: App, clock: ManualClock, mail: Mailbox, gateway: Gateway) -> None:
        self.app, self.clock, self.mail, self.gateway = app, clock, mail, gateway

    def hand_over(self) -> int:
        return send_notifications(self.app, now=self.clock.now())

    def row(self, number: int = 1) -> NotificationRow:
        with reading(self.app.engine) as session:
            return session.get_one(NotificationRow, number)

    def rows(self, table: type[SQLModel]) -> list[SQLModel]:
        with reading(self.app.engine) as session:
            return list(session.execute(select(table)).scalars())


class Told(Alerts):
    """Remembers what it told."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.told: list[tuple[str, str]] = []

    def raise_once(self, key: str, message: str) -> bool:
        raised = super().raise_once(key, message)
        if raised:
            self.told.append((key, message))
        return raised


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Mailbox, int, Gateway]]:
    mail = Mailbox()
    controller = Controller(mail, hostname="127.0.0.1", port=free_port())
    controller.start()
    with Gateway() as gateway:
        thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield mail, controller.port, gateway
        gateway.shutdown()
        thread.join()
    controller.stop()


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, served: tuple[Mailbox, int, Gateway]
) -> Iterator[tuple[App, ManualClock]]:
    _, port, gateway = served
    app, clock = open_with_room(
        tmp_path_factory.mktemp("notifications"),
        {
            "smtp": {"host": "127.0.0.1", "port": port, "sender": "Marca <hola@marca.example>", "starttls": False},
            "sms": {"url": f"http://127.0.0.1:{gateway.server_port}/send"},
        },
        secrets={"APARTE_SMS_TOKEN": "token-of-the-gateway"},
    )
    yield app, clock
    app.close()


@pytest.fixture
def notifications(opened: tuple[App, ManualClock], served: tuple[Mailbox, int, Gateway]) -> Notifications:
    (app, clock), (mail, _, gateway) = opened, served
    mail.kept, mail.refusal, gateway.taken, gateway.answer = [], "", [], 202
    clock.time = START
    with writing(app.engine) as session:
        for table in (NotificationRow, ProofCodeRow):
            session.execute(delete(table))
        session.get_one(RoomRow, 1).read_until = None
    return Notifications(app, clock, mail, gateway)


def test_a_code_leaves_by_mail_and_says_what_it_is_for_and_that_nobody_asks_for_it(
    notifications: Notifications,
) -> None:
    request_code(notifications.app)
    assert notifications.hand_over() == 1
    (mail,) = notifications.mail.kept
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (EMAIL, "Marca <hola@marca.example>", "auto-generated")
    assert _subject(mail) == "Marca: tu código"
    body = _body(mail)
    assert re.search(r"Tu código es \d{6}\n", body)
    assert "la sala privada de Marca" in body
    assert "Vale hasta las 10:40" in body
    assert "Nadie de Marca te pedirá este código" in body
    assert "http" not in body
    row = notifications.row()
    assert (row.sent_at, row.due_at, row.customer_id, row.attempts) == (notifications.clock.now(), None, 1, 1)
    assert notifications.hand_over() == 0


def test_a_code_leaves_by_text_message_to_the_mobile_on_file(notifications: Notifications) -> None:
    request_code(notifications.app, MOBILE)
    notifications.hand_over()
    ((body, headers),) = notifications.gateway.taken
    assert body["to"] == f"+34{MOBILE}"
    assert re.fullmatch(r"Marca: \d{6} es tu código .+ Nadie te lo pedirá\.", body["text"])
    assert headers["Authorization"] == "Bearer token-of-the-gateway"
    assert notifications.mail.kept == []


def test_a_booking_without_a_mailbox_is_written_to_by_text_message(notifications: Notifications) -> None:
    request_code(notifications.app, booking=("EF34GH", "Gil"))
    notifications.hand_over()
    assert notifications.gateway.taken[0][0]["to"] == "+34699000111"
    (code,) = notifications.rows(ProofCodeRow)
    assert isinstance(code, ProofCodeRow)
    assert (code.kind, code.customer_id, notifications.row().way) == ("mobile_code", 2, "sms")


def test_to_an_unknown_address_nothing_leaves_and_the_letter_is_dropped(notifications: Notifications) -> None:
    request_code(notifications.app, "nadie@example.com")
    assert notifications.hand_over() == 1
    assert notifications.mail.kept == []
    row = notifications.row()
    assert (row.sent_at, row.due_at, row.customer_id, row.attempts) == (None, None, None, 1)
    assert row.failure == "nobody to send it to"


def test_a_server_that_is_away_is_tried_again_later_and_later_until_the_code_is_void(
    notifications: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp = notifications.app.settings.document.smtp
    assert smtp is not None
    monkeypatch.setitem(smtp.__dict__, "port", NOBODY)
    request_code(notifications.app)
    waits = []
    while notifications.row().due_at is not None:
        before = notifications.clock.now()
        notifications.hand_over()
        due = notifications.row().due_at
        if due is not None:
            waits.append((due - before).total_seconds())
            notifications.clock.advance(due - before)
    assert waits == [5, 10, 20, 40, 80, 160]
    assert notifications.row().failure == "ConnectionRefusedError"
    assert notifications.row().sent_at is None


def test_once_the_server_is_back_the_letter_leaves(notifications: Notifications) -> None:
    notifications.mail.refusal = "451 later"
    request_code(notifications.app)
    notifications.hand_over()
    assert notifications.row().failure == "refused (451)"
    notifications.mail.refusal = ""
    notifications.clock.advance(timedelta(seconds=5))
    notifications.hand_over()
    assert len(notifications.mail.kept) == 1
    assert (notifications.row().attempts, notifications.row().failure) == (2, "")


def test_one_alert_tells_that_letters_do_not_leave_until_one_has_left(
    notifications: Notifications,
) -> None:
    alerts = Told(notifications.app.settings)
    notifications.mail.refusal = "451 later"
    request_code(notifications.app)
    for _ in range(3):
        WATCHES["notices"](notifications.app, alerts, now=notifications.clock.now())
        notifications.hand_over()
        notifications.clock.advance(timedelta(seconds=20))
    WATCHES["notices"](notifications.app, alerts, now=notifications.clock.now())
    ((key, message),) = alerts.told
    assert key == "letters-email"
    assert message.startswith("Letters by email do not leave (refused (451)): ")
    notifications.mail.refusal = ""
    notifications.clock.advance(timedelta(seconds=60))
    notifications.hand_over()
    WATCHES["notices"](notifications.app, alerts, now=notifications.clock.now())
    assert alerts.raise_once("letters-email", "it was cleared")


def test_an_address_that_is_refused_for_good_is_not_tried_again(notifications: Notifications) -> None:
    notifications.mail.refusal = f"550 no such mailbox {EMAIL}"
    request_code(notifications.app)
    notifications.hand_over()
    assert (notifications.row().due_at, notifications.row().failure) == (None, "refused (550)")


def test_a_gateway_that_fails_is_tried_again(notifications: Notifications) -> None:
    notifications.gateway.answer = 503
    request_code(notifications.app, MOBILE)
    notifications.hand_over()
    assert (notifications.row().failure, notifications.row().due_at is not None) == ("HTTP 503", True)
    first = notifications.gateway.taken[0]
    notifications.gateway.answer = 202
    notifications.clock.advance(timedelta(seconds=5))
    notifications.hand_over()
    second = notifications.gateway.taken[1]
    assert first[0] == second[0]
    assert first[1]["Idempotency-Key"] == second[1]["Idempotency-Key"]


class Killed(BaseException):
    """The process ends here."""


def test_killed_after_handing_over_the_same_letter_goes_again_with_the_same_code(
    notifications: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_arguments: object, **_named: object) -> None:
        raise Killed

    request_code(notifications.app)
    with monkeypatch.context() as patched:
        patched.setattr(step, "mark_sent", die)
        with pytest.raises(Killed):
            notifications.hand_over()
    assert notifications.hand_over() == 0
    notifications.clock.advance(LEASE + timedelta(seconds=1))
    assert notifications.hand_over() == 1
    first, second = notifications.mail.kept
    assert first["Message-ID"] == second["Message-ID"]
    assert _body(first) == _body(second)
    assert notifications.row().sent_at is not None


def test_a_code_that_was_asked_for_anew_is_not_sent_any_more(notifications: Notifications) -> None:
    request_code(notifications.app)
    request_code(notifications.app, MOBILE)
    assert notifications.hand_over() == 2
    assert notifications.mail.kept == []
    assert notifications.row(1).failure == "the code is void"
    assert len(notifications.gateway.taken) == 1


def test_a_notice_says_that_an_answer_waits_and_nothing_of_it(notifications: Notifications) -> None:
    with writing(notifications.app.engine) as session:
        for _ in range(2):
            enqueue(
                session,
                room_id=1,
                kind="notice",
                way="email",
                once="notice:1:7",
                customer_id=1,
                now=notifications.clock.now(),
            )
    assert notifications.hand_over() == 1
    (mail,) = notifications.mail.kept
    assert _subject(mail) == "Marca: tienes una respuesta"
    assert "Marca te ha contestado en la sala privada" in _body(mail)
    assert "http" not in _body(mail)


def test_a_notice_of_what_was_read_meanwhile_is_dropped(notifications: Notifications) -> None:
    with writing(notifications.app.engine) as session:
        enqueue(session, room_id=1, kind="notice", way="email", once="notice:1:7", customer_id=1, now=START)
        session.get_one(RoomRow, 1).read_until = 7
    notifications.hand_over()
    assert (notifications.mail.kept, notifications.row().failure) == ([], "read meanwhile")


def test_a_notice_is_given_up_after_a_day(notifications: Notifications) -> None:
    with writing(notifications.app.engine) as session:
        enqueue(session, room_id=1, kind="notice", way="email", once="n", customer_id=1, now=notifications.clock.now())
    notifications.clock.advance(timedelta(days=1))
    notifications.hand_over()
    assert (notifications.mail.kept, notifications.row().failure) == ([], "it came too late")


def test_the_round_hands_letters_over(notifications: Notifications) -> None:
    request_code(notifications.app)
    assert run_once(notifications.app)["letters"] == 1
    assert len(notifications.mail.kept) == 1


def test_no_code_and_no_address_reaches_a_table_or_the_log(notifications: Notifications) -> None:
    request_code(notifications.app)
    notifications.hand_over()
    found = re.search(r"\d{6}", _body(notifications.mail.kept[0]))
    assert found is not None
    rows = [
        *notifications.rows(NotificationRow),
        *notifications.rows(ProofCodeRow),
        *notifications.rows(LedgerEntryRow),
    ]
    stored = [str(value) for row in rows for value in row.model_dump().values() if isinstance(value, str)]
    assert not [text for text in stored if found.group() == text or EMAIL in text]


def test_a_code_that_was_sent_proves_on_both_databases(
    tmp_path: Path, database_url: str, served: tuple[Mailbox, int, Gateway]
) -> None:
    mail, port, gateway = served
    mail.kept, mail.refusal = [], ""
    smtp = {"host": "127.0.0.1", "port": port, "sender": "hola@marca.example", "starttls": False}
    app, clock = open_with_room(tmp_path, {"smtp": smtp}, database=database_url)
    request_code(app)
    Notifications(app, clock, mail, gateway).hand_over()
    found = re.search(r"\d{6}", _body(mail.kept[0]))
    assert found is not None
    ports = VerificationPorts(records_key=b"", code_key=derive(app.master_key, "proof-codes"))
    wrong = f"{(int(found.group()) + 1) % 10**6:06d}"
    for typed, told in ((wrong, CodeCheck.WRONG), (found.group(), CodeCheck.RIGHT), (found.group(), CodeCheck.OVER)):
        with writing(app.engine) as session:
            room = session.get_one(RoomRow, 1)
            tried, code = check_code(session, room, typed, ports=ports, actor=PERSON, now=clock.now())
        assert tried is told
        assert code is None or code.customer_id == 1
    app.close()


def test_mail_goes_over_tls_and_not_to_a_server_that_cannot_show_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    mail = Mailbox()
    controller = Controller(mail, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True)
    controller.start()
    app, clock = open_with_room(
        tmp_path, {"smtp": {"host": "127.0.0.1", "port": controller.port, "sender": "hola@marca.example"}}
    )
    notifications = Notifications(app, clock, mail, None)  # type: ignore[arg-type]
    try:
        request_code(app)
        notifications.hand_over()
        assert (mail.kept, notifications.row().failure) == ([], "SSLCertVerificationError")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        clock.advance(timedelta(seconds=5))
        notifications.hand_over()
        assert len(mail.kept) == 1
    finally:
        controller.stop()
        app.close()


def _subject(mail: Message) -> str:
    return str(make_header(decode_header(mail["Subject"])))


def _body(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def _self_signed(folder: Path) -> tuple[Path, Path]:
    import datetime  # noqa: PLC0415
    import ipaddress  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
