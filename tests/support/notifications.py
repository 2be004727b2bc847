"""An app with a room, customers and a mail server, for tests of outgoing and incoming mail."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

from aiosmtpd.handlers import Message as MailBox
from sqlmodel import Session

from people.blind_index import LookupKey, booking_key, contact_key
from people.crm_import import CustomerRecord, import_customers
from people.customers import Contact
from people.master_key import derive
from records.database import writing
from records.models import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow
from records.tables.room import RoomRow
from room.verification import one_time_code
from room.verification.ports import VerificationPorts
from service.wiring.app import App, open_app
from service.wiring.settings import settings_from
from service.wiring.settings_document import Document
from tests.support.databases import copy_databases

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PERSON = Actor(tag="person:room")
EMAIL = "ana@example.com"
MOBILE = "612345678"


class ManualClock:
    rate = 1.0

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def advance(self, span: timedelta) -> None:
        self.time += span


class Mailbox(MailBox):
    """Keeps the mail that arrives, and refuses what it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Message] = []
        self.refusal = ""

    def handle_message(self, message: Message) -> None:
        self.kept.append(message)

    async def handle_RCPT(self, _server: object, _session: object, envelope: object, address: str, _o: object) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
        return "250 OK"


def open_with_room(
    folder: Path, sections: Mapping[str, object], *, database: str = "", secrets: Mapping[str, str] | None = None
) -> tuple[App, ManualClock]:
    """A app with one room, case 1, and three customers; `sections` of its settings say how letters go."""
    (folder / "posts").mkdir()
    copy_databases(folder)
    document = Document.model_validate(
        {
            "service": {"database": database or "sqlite:///aparte.db", "classifier": "fast"},
            "brands": [{"name": "marca", "languages": ["es", "en"]}],
            "accounts": [
                {
                    "brand": "marca",
                    "name": "marca-f",
                    "network": "files",
                    "external_id": "1",
                    "folder": str(folder / "posts"),
                }
            ],
            **sections,
        }
    )
    key = base64.b64encode(b"m" * 32).decode()
    settings = settings_from(
        document, folder=folder, secrets={"APARTE_MASTER_KEY": key, **(secrets or {})}, path=folder / "aparte.toml"
    )
    clock = ManualClock()
    app = open_app(settings, clock=clock)
    with writing(app.engine) as session:
        _furnish(session, next(iter(app.accounts)))
    customers = [
        CustomerRecord(
            reference="C-1",
            market="ES",
            contact=Contact(surname="Ruiz", email=EMAIL, mobile=f"+34{MOBILE}", bookings=("AB12CD",)),
        ),
        CustomerRecord(
            reference="C-2", market="ES", contact=Contact(surname="Gil", mobile="+34699000111", bookings=("EF34GH",))
        ),
    ]
    import_customers(
        app.engine, app.encryption, customers, records_key=derive(app.master_key, "customer-keys"), now=START
    )
    return app, clock


def request_code(app: App, contact: str = EMAIL, *, booking: tuple[str, str] | None = None) -> None:
    """Somebody in the room asks for a code."""
    key: LookupKey | None = booking_key(*booking) if booking else contact_key(contact, market="ES")
    assert key is not None
    ports = VerificationPorts(
        records_key=derive(app.master_key, "customer-keys"), code_key=derive(app.master_key, "proof-codes")
    )
    with writing(app.engine) as session:
        room = session.get_one(RoomRow, 1)
        assert one_time_code.request_code(session, room, key, ports=ports, actor=PERSON, now=app.clock.now())


def _furnish(session: Session, account_id: int) -> None:
    rows = [
        IdentityRow(
            network="files",
            external_id="5001",
            subject="subject-5001",
            handle="ana",
            display_name="",
            biography="",
            reach=0,
            declared_bot=False,
            first_heard_at=START,
            last_heard_at=START,
        ),
        MentionRow(
            network="files",
            external_id="9001",
            kind="post",
            identity_id=1,
            root_external_id="9001",
            above=None,
            media_urls=[],
            revision=1,
            published_at=START,
            heard_at=START,
        ),
        CareCaseRow(
            reference="AP-7F3K2Q",
            identity_id=1,
            brand="marca",
            status="open",
            queue="care",
            priority="normal",
            opened_at=START,
        ),
        RoomRow(
            public_id="public-id-of-the-room",
            case_id=1,
            account_id=account_id,
            mention_id=1,
            identity_id=1,
            language="es",
            status="open",
            prepared_at=START,
            expires_at=START + timedelta(days=7),
        ),
    ]
    for row in rows:
        session.add(row)
        session.flush()
