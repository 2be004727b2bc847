"""A practice network with a few posts, one for each thing that can happen, and an app that works on them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select
from sqlmodel import col

from ledger.verification import Verification, verify
from people.subject_encryption import SubjectEncryption
from records.database import open_engine, reading
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from service.operations.schedule import run_once
from service.wiring.app import App, open_app
from service.wiring.keys import verification_key
from tests.support.practice_home import ENDS_AT, PracticeHome, practice_home

TEXTS = {
    "charged": "@marca me habéis cobrado dos veces la misma compra, mirad mi cuenta por favor",
    "praise": "@marca gracias, la atención de hoy en la oficina ha sido estupenda",
    "hours": "@marca hola, a qué hora abrís mañana la oficina?",
    "overheard": "la marca es lo peor que hay",
    "twice": "@marca my account was charged twice, please help me",
    "leaked": "@marca me llamo Ana, mi DNI es 12345678Z y mi cuenta ES9121000418450200051332, mirad qué pasa",
    "lawyer": "@marca mi abogado os va a escribir, os llevo a los tribunales",
    "stolen": "@marca me han robado la tarjeta y están cargando compras ahora mismo",
}
"""By the id in the posts file."""
MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A practice network that runs, and a app wired to it."""

    world: PracticeHome
    app: App

    @property
    def now(self) -> Any:
        return self.app.clock.now()

    def work(self, *, minutes: int = 0) -> None:
        """Run every due step; then let the minutes pass, one by one, working in each."""
        run_once(self.app)
        for _ in range(minutes):
            self.world.practice.wait(MINUTE)
            run_once(self.app)

    def tell(self, door: str, **told: object) -> dict[str, Any]:
        """Make something happen in the world."""
        answer = requests.post(self.world.practice.base_url + door, data=json.dumps(told), timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    def truth(self) -> dict[str, list[dict[str, str]]]:
        """What really happened on the network."""
        return dict(json.loads(self.world.practice.truth()))

    def network_id(self, name: str) -> str:
        """The network's id of a post of the file."""
        return next(post["id"] for post in self.truth()["posts"] if post["source_id"] == name)

    def mention(self, name: str) -> MentionRow:
        """The mention that a post of the file became."""
        with reading(self.app.engine) as session:
            query = select(MentionRow).where(col(MentionRow.external_id) == self.network_id(name))
            found: MentionRow = session.execute(query).scalar_one()
            return found

    def decision(self, mention_id: int) -> DecisionRow:
        """The one live decision on a mention."""
        with reading(self.app.engine) as session:
            query = select(DecisionRow).where(
                col(DecisionRow.mention_id) == mention_id, col(DecisionRow.superseded_at).is_(None)
            )
            found: DecisionRow = session.execute(query).scalar_one()
            return found

    def replies(self, mention_id: int) -> list[ReplyRow]:
        """Every outgoing act under a mention."""
        with reading(self.app.engine) as session:
            query = select(ReplyRow).where(col(ReplyRow.mention_id) == mention_id).order_by(col(ReplyRow.id))
            return list(session.execute(query).scalars())

    def case(self, mention: MentionRow) -> CareCaseRow:
        """The newest case of the person who wrote a mention."""
        with reading(self.app.engine) as session:
            query = select(CareCaseRow).where(col(CareCaseRow.identity_id) == mention.identity_id)
            return session.execute(query.order_by(col(CareCaseRow.id).desc())).scalars().first() or _missing(mention)

    def log(self) -> list[LedgerEntryRow]:
        """Every entry of the log."""
        with reading(self.app.engine) as session:
            return list(session.execute(select(LedgerEntryRow).order_by(col(LedgerEntryRow.index))).scalars())

    def verified(self) -> Verification:
        """The log, proved against itself."""
        with reading(self.app.engine) as session:
            return verify(session, signing_keys=[verification_key(self.app.master_key)])


@contextmanager
def open_scenario(folder: Path, *, texts: Mapping[str, str] = TEXTS, played: bool = True) -> Iterator[Scenario]:
    """Serve the texts as posts of one person each. `played`: connected before the first, and all of them visible."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row(name, text, minutes=number) for number, (name, text) in enumerate(texts.items())]
    with practice_home(folder / "home", posts=write_rows(folder / "posts.jsonl", rows)) as world:
        app = open_app(world.settings)
        try:
            found = Scenario(world=world, app=app)
            if played:
                found.work()
                world.practice.step()
            yield found
        finally:
            app.close()


def row(name: str, text: str, *, minutes: float = 0, **more: object) -> dict[str, object]:
    """A row of a posts file: somebody of its own writes `text`, some minutes into the world.

    With these names the authors of `charged` and `twice` are of the kind that writes in private when asked to.
    """
    at = ENDS_AT - timedelta(days=1) + timedelta(minutes=minutes)
    told = {"id": name, "text": text, "author": f"{name}_too", "lang": "es", "brand": "marca"}
    return {**told, "created_at": at.isoformat(), **more}


def write_rows(file: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows as a posts file."""
    file.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return file


@contextmanager
def copied_scenario(original: Scenario, folder: Path) -> Iterator[Scenario]:
    """The same town with a database of its own, so that what a test does there stays there."""
    app = original.app
    app.close()
    for file in original.world.home.folder.glob("*.db"):
        shutil.copy(file, folder / file.name)
    engine = open_engine(f"sqlite:///{folder / 'aparte.db'}")
    keys_engine = open_engine(f"sqlite:///{folder / 'aparte-keys.db'}")
    encryption = SubjectEncryption(keys_engine, app.master_key)
    copy = replace(app, engine=engine, keys_engine=keys_engine, encryption=encryption)
    try:
        yield Scenario(world=original.world, app=copy)
    finally:
        copy.close()


def _missing(mention: MentionRow) -> CareCaseRow:
    raise AssertionError(f"the author of mention {mention.id} has no case")
