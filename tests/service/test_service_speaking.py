"""What the service gives to sending: the guard's contacts, and the moment of sending without asking the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from people.identities import upsert_authors
from records.database import reading, writing
from records.enums import Act
from records.models import Actor, Author
from records.tables.cases import CareCaseRow
from records.tables.replies import ReplyRow
from service.delivery.guard import guard_reply
from service.delivery.ports import AppDeliveryPorts
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings, settings_from
from service.wiring.settings_document import BrandSettings, Document
from tests.support.practice_home import PracticeHome, practice_home, write_posts

CALL_US = "Hola, lo ven en el 612 345 678 o en marta@otro-dominio.example"
MOMENT = datetime(2026, 9, 18, 12, tzinfo=UTC)


class StoppedClock:
    """Fails where it is asked, as a practice network's does while a transaction waits for it."""

    rate = 1.0

    def now(self) -> datetime:
        raise AssertionError("the clock was asked")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeHome]:
    folder = tmp_path_factory.mktemp("speaking")
    with practice_home(folder / "home", posts=write_posts(folder / "posts.jsonl", count=2)) as found:
        yield found


@pytest.fixture
def app(world: PracticeHome) -> Iterator[App]:
    found = open_app(world.settings)
    yield found
    found.close()


def reply(app: App) -> ReplyRow:
    (account_id,) = app.accounts
    return ReplyRow(
        account_id=account_id,
        mention_id=1,
        revision=1,
        slot="answer",
        act=Act.PUBLIC_REPLY.value,
        target_external_id="1",
        text=CALL_US,
        language="es",
        status="sent",
        origin="person",
        author="agent:1",
        created_at=MOMENT,
        sent_at=MOMENT,
    )


def test_a_text_may_name_the_brand_s_own_contacts_and_nobody_else_s(app: App, world: PracticeHome) -> None:
    assert {finding.kind for finding in guard_reply(app, CALL_US, reply(app))} == {"personal-data"}
    brands = [
        brand.model_copy(update={"contacts": ["612345678", "marta@otro-dominio.example"]})
        for brand in app.settings.document.brands
    ]
    settings = settings_from(
        app.settings.document.model_copy(update={"brands": brands}),
        folder=app.settings.folder,
        secrets=app.settings.secrets,
        path=world.home.settings_file,
    )
    told = replace(app, settings=settings)
    assert guard_reply(told, CALL_US, reply(app)) == ()
    stranger = CALL_US.replace("678", "679")
    assert {finding.kind for finding in guard_reply(told, stranger, reply(app))} == {"personal-data"}


def test_contacts_are_a_setting_of_a_brand(tmp_path: Path) -> None:
    file = tmp_path / "aparte.toml"
    file.write_text('[[brands]]\nname = "marca"\ncontacts = ["912 345 678"]\n', encoding="utf-8")
    assert load_settings(file).brands["marca"].contacts == ("912 345 678",)
    assert Document(brands=[BrandSettings(name="marca")]).brands[0].contacts == []


def test_a_sent_answer_stops_the_clocks_at_its_own_moment_without_asking_the_time(app: App) -> None:
    identity_id = _identity(app)
    with writing(app.engine) as session:
        case = CareCaseRow(
            reference="AP-7F3K2Q",
            identity_id=identity_id,
            brand="marca",
            status="open",
            queue="care",
            priority="normal",
            opened_at=MOMENT,
        )
        session.add(case)
        session.flush()
        sent = reply(app)
        sent.case_id = case.id
        AppDeliveryPorts(app=replace(app, clock=StoppedClock())).on_sent(session, sent)
    with reading(app.engine) as session:
        assert session.get_one(CareCaseRow, case.id).first_responded_at == MOMENT


def _identity(app: App) -> int:
    with writing(app.engine) as session:
        known = upsert_authors(
            session,
            network="x",
            authors=[Author(external_id="1", handle="ana")],
            actor=Actor(tag="step:test"),
            now=MOMENT,
        )
    return known["1"]
