"""A browser in a room of a brand with a customer register: asks for codes, reads notifications, gives consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from people import crm_import
from people.crm_import import CustomerRecord
from people.customers import Contact
from records.database import reading, writing
from records.enums import ProofKind
from records.models import Actor, Brand
from records.tables.ledger import LedgerEntryRow
from records.tables.room import RoomRow
from room.notifications.queue import lease_notifications, mark_addressed, mark_sent
from room.notifications.queue import load_notification as read_letter
from room.verification.one_time_code import one_time_code
from room.verification.ports import CompanySignIn, VerificationPorts
from tests.support.forms import Forms, browser_of, enter_room, read
from tests.support.rooms import RoomSetup, path_of, room_app

RECORDS_KEY = b"records key for tests"
CODE_KEY = b"code key for tests"
CLAIMANT = "host:1:test"
EMAIL = "ana.ruiz@example.com"
MOBILE = "612 345 678"
CUSTOMERS = (
    CustomerRecord(
        reference="C-1",
        market="ES",
        contact=Contact(name="Ana", surname="Ruiz Peña", email=EMAIL, mobile="+34612345678", bookings=("AB12CD",)),
    ),
    CustomerRecord(reference="C-2", market="ES", contact=Contact(name="Eva", surname="Gil", email="eva@example.com")),
)


@dataclass
class RecordedLabels:
    """A label_sink that remembers what it was told."""

    proved_by: list[tuple[str, int]] = field(default_factory=list)
    taken_back: list[int] = field(default_factory=list)

    def proved(
        self,
        _session: Session,
        _room: RoomRow,
        proof: ProofKind,
        *,
        consent_id: int,
        actor: Actor,  # noqa: ARG002 - as the app calls it
        now: datetime,  # noqa: ARG002 - as above
    ) -> None:
        self.proved_by.append((proof.value, consent_id))

    def withdrawn(self, _session: Session, consent_ids: Sequence[int], *, now: datetime) -> None:  # noqa: ARG002
        self.taken_back += consent_ids


class RoomBrowser:
    """One browser in one room of an app."""

    def __init__(
        self, rooms: RoomSetup, brand: Brand, *, sign_in: CompanySignIn | None = None, asks_proof: bool = True
    ) -> None:
        self.rooms = rooms
        self.learned = RecordedLabels()
        ports = VerificationPorts(records_key=RECORDS_KEY, code_key=CODE_KEY, sign_in=sign_in)
        app = room_app(rooms, brand, proof=ports if asks_proof else None, label_sink=self.learned)
        self.browser = browser_of(app)
        room = rooms.invite()
        self.room_id = room.id or 0
        enter_room(self.browser, path_of(room))

    @property
    def room(self) -> RoomRow:
        return self.rooms.room(self.room_id)

    def page(self, path: str) -> Forms:
        return read(self.browser.get(path))

    def ask(self, **typed: str) -> httpx.Response:
        return self.browser.post("/room/proof", data=typed or {"contact": EMAIL})

    def try_code(self, code: str) -> httpx.Response:
        return self.browser.post("/room/proof/code", data={"code": code})

    def letters(self) -> list[tuple[int | None, str, str]]:
        """Hand over what is due: customer, way and code of each."""
        sent = []
        lease = lease_notifications(self.rooms.engine, claimant=CLAIMANT, now=self.rooms.clock())
        for letter_id in lease.ids:
            with writing(self.rooms.engine) as session:
                letter = read_letter(session, letter_id)
                assert letter is not None
                mark_addressed(session, letter, lease=lease, way=letter.way, proof=_proof(letter.way))
                mark_sent(session, letter_id, lease=lease, now=self.rooms.clock())
            sent.append((letter.customer_id, letter.way, one_time_code(CODE_KEY, letter.nonce)))
        return sent

    def rows(self, table: type[SQLModel]) -> list[SQLModel]:
        with reading(self.rooms.engine) as session:
            return list(session.execute(select(table).order_by("id")).scalars())

    def logged(self) -> list[str]:
        with reading(self.rooms.engine) as session:
            return list(session.execute(select(col(LedgerEntryRow.kind)).order_by(col(LedgerEntryRow.index))).scalars())


def import_customers(rooms: RoomSetup) -> None:
    crm_import.import_customers(rooms.engine, rooms.encryption, CUSTOMERS, records_key=RECORDS_KEY, now=rooms.clock())


def _proof(way: str) -> str:
    return (ProofKind.MOBILE_CODE if way == "sms" else ProofKind.EMAIL_CODE).value
