"""Several accounts of one network: neither a noisy page nor a silent one keeps the others waiting."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from networks.credentials import XCredentials
from networks.errors import Unreachable
from records.database import reading
from records.enums import Feed
from records.tables.listener import FeedCursorRow
from service.steps.listen import PAGES_A_TURN, listen
from service.wiring.app import App, open_app
from service.wiring.settings import MASTER_KEY, account_secret_name, settings_from
from service.wiring.settings_document import AccountSettings, Document
from tests.listener.test_listener_intake import post
from tests.support.listener import ENDS_AT as NOW
from tests.support.scripted_network import ScriptedNetwork

NOISY, QUIET, OTHER = 1, 2, 3


class Overheard(ScriptedNetwork):
    """Notes who was asked, in the order of all accounts."""

    def read(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        ORDER.append(self.name)
        return super().read(*args, **kwargs)  # type: ignore[arg-type]


ORDER: list[str] = []


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    ORDER.clear()
    names = ("noisy", "quiet", "other")
    accounts = [AccountSettings(name=name, network="x", external_id=f"{n}001") for n, name in enumerate(names)]
    given = {MASTER_KEY: base64.b64encode(secrets.token_bytes(32)).decode()}
    given |= {account_secret_name(name, kind): "unused" for name in names for kind in XCredentials.__dataclass_fields__}
    settings = settings_from(Document(accounts=accounts), folder=tmp_path, secrets=given, path=tmp_path)
    opened = open_app(settings)
    networks = {number: Overheard(name=name) for number, name in enumerate(names, start=1)}
    networks[NOISY].posts = [post(1000 - n, published_at=NOW - timedelta(seconds=n)) for n in range(40)]
    networks[QUIET].posts = [post(5000)]
    yield replace(opened, networks=networks)
    opened.close()


def test_a_noisy_account_has_its_turn_and_no_more(app: App) -> None:
    assert listen(app, now=NOW)
    assert ORDER[:PAGES_A_TURN] == ["noisy"] * PAGES_A_TURN
    assert ORDER[PAGES_A_TURN : PAGES_A_TURN + 2] == ["quiet", "other"]
    rounds = 1
    while listen(app, now=NOW):
        rounds += 1
    assert rounds >= 40 // 2 // PAGES_A_TURN
    with reading(app.engine) as session:
        assert all(session.execute(select(col(FeedCursorRow.read_until))).scalars())


def test_a_silent_account_is_asked_once_a_round_and_holds_nobody_up(app: App) -> None:
    silent = app.networks[NOISY]
    silent.fails = {None: Unreachable("no way")}  # type: ignore[attr-defined]
    assert listen(app, now=NOW)
    assert ORDER == ["noisy", "quiet", "other", "quiet", "other"]
    while listen(app, now=NOW):
        pass
    feeds = [feed for feed, _, _, _ in silent.asked]  # type: ignore[attr-defined]
    assert feeds == [Feed.MENTIONS, Feed.SEARCH]
