"""A bank on Facebook and an airline on X, four people who write to them, and queries for what happened."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from sqlalchemy import select
from sqlmodel import col

from records.database import reading
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.ledger import LedgerEntryRow
from records.tables.people import IdentityRow
from records.tables.room import RoomRow
from service.demo.setup import DemoSetup, set_up_demo, take_practice_customers
from service.operations.schedule import run_once
from service.wiring.app import open_app
from service.wiring.settings import load_settings

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
POLL_SECONDS = 31
"""Longer than the demo's accounts wait between two questions."""
BANK, AIRLINE = "marca", "alas"
_ROOM_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_ROOM_LINK = re.compile(r"http://127\.0\.0\.1:\d+/r/[\w-]+/[\w-]+")
_DIGITS = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who writes to a brand. None of them opens a room by themselves, so that the test does."""

    name: str
    lang: str
    network: str
    email: str
    surname: str = ""
    booking: str = ""

    @property
    def handle(self) -> str:
        """As the practice network writes it."""
        return self.name.replace(" ", "_")


BERTA = Person(name="Berta Cano", lang="es", network="facebook", email="berta@correo.example")
GRACE = Person(name="Grace Hill", lang="en", network="facebook", email="grace@correo.example")
NURIA = Person(
    name="nuria_sanz", lang="es", network="x", email="nuria@correo.example", surname="Sanz", booking="QWERTZ"
)
HELEN = Person(
    name="helen_park", lang="en", network="x", email="helen@correo.example", surname="Park", booking="ASDFGH"
)
PEOPLE = (BERTA, GRACE, NURIA, HELEN)


@dataclass(frozen=True, kw_only=True)
class TwoBrands:
    """The stage, and what the practice network and the app know."""

    stage: DemoSetup
    wall: dict[str, str]
    """The id of the brand's own post by language."""

    def work(self) -> None:
        """Everything that is due."""
        run_once(self.stage.app)

    def later(self, seconds: int = POLL_SECONDS) -> None:
        """Let time pass, and do what is due then."""
        self.stage.practice.wait(seconds)
        self.work()

    def told(self, path: str, **fields: object) -> dict[str, str]:
        """Ask the practice network to make something happen."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(self.stage.practice.base_url + path, json=fields, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    def hidden(self, post: str) -> list[bool]:
        """What was done to a post, oldest first: hidden, or shown again."""
        return [bool(hide["hidden"]) for hide in self.truth()["hides"] if hide["id"] == post]

    def truth(self) -> dict[str, list[dict[str, str]]]:
        """What really happened on the practice network."""
        return dict(json.loads(self.stage.practice.truth()))

    def private_texts(self, person: Person) -> list[str]:
        """What the brand wrote to a person in private, oldest first."""
        with reading(self.stage.app.engine) as session:
            query = select(col(IdentityRow.external_id)).where(
                col(IdentityRow.network) == person.network,
                col(IdentityRow.handle).in_([person.handle, person.name]),
            )
            identifier = session.execute(query).scalar_one()
        return [message["text"] for message in self.truth()["messages"] if message["to"] == identifier]

    def case_of(self, person: Person) -> CareCaseRow:
        """The newest case of a person."""
        with reading(self.stage.app.engine) as session:
            query = (
                select(CareCaseRow)
                .join(IdentityRow, col(IdentityRow.id) == col(CareCaseRow.identity_id))
                .where(
                    col(IdentityRow.network) == person.network,
                    col(IdentityRow.handle).in_([person.handle, person.name])
                    | (col(IdentityRow.display_name) == person.name),
                )
                .order_by(col(CareCaseRow.id).desc())
            )
            found: CareCaseRow | None = session.execute(query).scalars().first()
        assert found is not None, person
        return found

    def proofs(self, case_id: int) -> tuple[str | None, str | None]:
        """How the person of a case showed that the handle is theirs, and that they are on file."""
        with reading(self.stage.app.engine) as session:
            room = session.execute(select(RoomRow).where(col(RoomRow.case_id) == case_id)).scalar_one()
            return room.handle_proof, room.file_proof

    def kinds(self, case_id: int) -> list[str]:
        """What the log says happened in a case and to its posts, in its order."""
        with reading(self.stage.app.engine) as session:
            posts = select(col(CaseThreadRow.mention_id)).where(
                col(CaseThreadRow.case_id) == case_id, col(CaseThreadRow.mention_id).is_not(None)
            )
            query = select(col(LedgerEntryRow.kind)).where(
                (col(LedgerEntryRow.case_id) == case_id) | col(LedgerEntryRow.mention_id).in_(posts)
            )
            return list(session.execute(query.order_by(col(LedgerEntryRow.index))).scalars())

    def letters_to(self, person: Person) -> list[email.message.EmailMessage]:
        """The mail that the mail server took for a person, oldest first."""
        files = sorted(self.stage.home.mail.glob("*.eml"))
        read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        return [letter for letter in read if person.email in str(letter["To"])]


def room_code(text: str) -> str:
    """The code in an invitation."""
    found = _ROOM_CODE.search(text)
    assert found is not None, text
    return found.group()


def room_link(text: str) -> str:
    """The link in an invitation."""
    found = _ROOM_LINK.search(text)
    assert found is not None, text
    return found.group()


def one_time_code(letter: email.message.EmailMessage) -> str:
    """The code in a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = _DIGITS.search(body.get_content())
    assert found is not None, body.get_content()
    return found.group()


@contextmanager
def open_two_brands(folder: Path) -> Iterator[TwoBrands]:
    """The practice network, the app, its dashboard and its rooms, each in a process of its own."""
    (folder / "posts.jsonl").write_text("\n".join(map(json.dumps, _rows())), encoding="utf-8")
    with set_up_demo(folder / "home", posts=folder / "posts.jsonl", stepped=True, classifier="fast") as bare:
        stage = _with_two_brands(bare)
        try:
            stage.open_room()
            stage.open_dashboard()
            take_practice_customers(stage.app, json.dumps(_customers()), folder / "customers.csv")
            while not stage.practice.step().finished:
                pass
            brands = TwoBrands(stage=stage, wall=_wall(stage))
            # The first round hears what was there before: that is history, and answered by nobody.
            brands.work()
            brands.later()
            yield brands
        finally:
            stage.children.stop()
            stage.app.close()


def _with_two_brands(stage: DemoSetup) -> DemoSetup:
    """The stage with a bank on Facebook, which sends codes, and an airline on X, which sends links."""
    file = stage.home.settings_file
    written = file.read_text(encoding="utf-8")
    written = written.replace('sector = "other"\n', 'sector = "bank"\n', 1)
    written = written.replace("[[accounts]]", f"{_AIRLINE}\n[[accounts]]", 1)
    written = re.sub(r'brand = "marca"\nname = "marca-x"', f'brand = "{AIRLINE}"\nname = "marca-x"', written, count=1)
    assert written.count(f'"{AIRLINE}"') == 2
    file.write_text(written, encoding="utf-8")
    stage.app.close()
    return replace(stage, app=open_app(load_settings(file)))


_AIRLINE = f"""
[[brands]]
name = "{AIRLINE}"
market = "ES"
languages = ["es", "en"]
domains = ["alas.example"]
sector = "airline"
phone = "900 000 001"
emergency_phone = "900 000 001"
"""


_FOND = {"es": "Qué bonito es el anuncio.", "en": "What a lovely picture, I like it a lot."}


def _rows() -> list[dict[str, object]]:
    walls = [
        ("wall-es", "Ya se puede pagar con el móvil en todas las tiendas.", "es"),
        ("wall-en", "You can now pay with your phone in every shop.", "en"),
    ]
    rows: list[dict[str, object]] = [
        {"id": name, "author": "marca", "text": text, "lang": lang, "network": "facebook", "inbound": False}
        for name, text, lang in walls
    ]
    for person in PEOPLE:
        on_wall = {"in_reply_to": f"wall-{person.lang}", "kind": "comment"} if person.network == "facebook" else {}
        rows.append(
            {
                "id": person.handle,
                "author": person.name,
                "text": "@marca 🙂" if person.network == "x" else _FOND[person.lang],
                "lang": person.lang,
                "network": person.network,
                **on_wall,
            }
        )
    return [
        {**row, "brand": "marca", "created_at": (START + timedelta(minutes=number)).isoformat()}
        for number, row in enumerate(rows)
    ]


def _customers() -> list[dict[str, str]]:
    return [
        {
            "reference": f"C-{number}",
            "market": "ES",
            "segment": "retail",
            "name": person.name,
            "surname": person.surname or person.name.split()[-1],
            "email": person.email,
            "bookings": person.booking,
        }
        for number, person in enumerate(PEOPLE, 1)
    ]


def _wall(stage: DemoSetup) -> dict[str, str]:
    posts = json.loads(stage.practice.truth())["posts"]
    return {lang: next(post["id"] for post in posts if post["source_id"] == f"wall-{lang}") for lang in ("es", "en")}
