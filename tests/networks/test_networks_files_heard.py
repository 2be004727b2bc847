"""Exports dropped in a folder reach the database as posts of any network do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from listener.ingest.ports import IngestPorts
from listener.polling.poll import PollOutcome, poll_feed
from networks.files.folder import ROWS_A_PAGE
from networks.files.network import open_files
from records.database import writing
from records.enums import Feed
from records.leases import new_claimant
from records.models import Account, Actor
from records.tables.service import AccountRow
from tests.support.databases import sqlite_engine

ACCOUNT = Account(
    id=1,
    name="acme-files",
    network="files",
    brand="acme",
    external_id="Acme",
    handle="acme",
    connected_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "aparte.db")
    kept = {name: getattr(ACCOUNT, name) for name in ("id", "name", "network", "brand", "external_id", "handle")}
    with writing(engine) as session:
        session.add(AccountRow(market="ES", languages=["es"], connected_at=ACCOUNT.connected_at, **kept))
    yield engine
    engine.dispose()


def listen(engine: Engine, folder: Path, feed: Feed, settled: list[int], **asked: Any) -> PollOutcome:
    heard = poll_feed(
        engine,
        open_files(ACCOUNT, folder=folder),
        account=ACCOUNT,
        feed=feed,
        claimant=new_claimant(),
        actor=Actor(tag="step:listen"),
        now=datetime.now(UTC),
        ports=IngestPorts(on_answered_elsewhere=lambda _, ids: settled.extend(ids)),
        poll_every=timedelta(0),
        **asked,
    )
    assert heard.error is None
    return heard.outcome


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def line(number: int, written: str = "@acme hola", **more: Any) -> str:
    return json.dumps({"id": str(number), "text": written, "author": "ana", **more}) + "\n"


def test_a_folder_is_heard_once_edited_and_answered_elsewhere(engine, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.jsonl").write_text(line(1) + line(2) + "broken\n", encoding="utf-8")
    settled: list[int] = []
    for _ in range(2):
        for feed in (Feed.OWN_POSTS, Feed.MENTIONS):
            assert listen(engine, folder, feed, settled) is PollOutcome.READ

    (folder / "b.jsonl").write_text(
        line(1, "@acme hola de nuevo") + line(3, "resuelto", author="Acme", inbound=False, in_reply_to="2"),
        encoding="utf-8",
    )
    for feed in (Feed.OWN_POSTS, Feed.MENTIONS):
        listen(engine, folder, feed, settled)

    live = "SELECT m.external_id, r.text, r.revision FROM mention m JOIN mention_revision r ON r.mention_id = m.id"
    assert rows(engine, f"{live} WHERE r.superseded_at IS NULL ORDER BY 1") == [
        ("1", "@acme hola de nuevo", 2),
        ("2", "@acme hola", 1),
    ]
    assert rows(engine, "SELECT external_id, parent_external_id, origin FROM own_post") == [("3", "2", "outside")]
    assert settled == [mention_id for (mention_id,) in rows(engine, "SELECT id FROM mention WHERE external_id = '2'")]
    assert (folder / "a.jsonl.left-out.txt").exists()


def test_a_large_file_is_heard_in_turns_by_processes_that_come_and_go(engine, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    count = 2 * ROWS_A_PAGE + 1
    (folder / "a.jsonl").write_text("".join(map(line, range(count))), encoding="utf-8")

    turns = [listen(engine, folder, Feed.MENTIONS, [], most_pages=1) for _ in range(3)]

    assert turns == [PollOutcome.TURN_OVER, PollOutcome.TURN_OVER, PollOutcome.READ]
    assert rows(engine, "SELECT count(*), count(DISTINCT external_id) FROM mention") == [(count, count)]
