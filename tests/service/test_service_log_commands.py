"""The log as auditors use it: verified, exported, and any changed byte is named by its entry."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.command_line import RunAparte
from tests.support.scenario import TEXTS, Scenario, open_scenario


@pytest.fixture(scope="module")
def worked_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("log")) as found:
        found.work(minutes=2)
        found.app.close()
        yield found


@pytest.fixture
def config(worked_town: Scenario, tmp_path: Path) -> Path:
    for name in ("aparte.toml", "secrets.env", "aparte.db", "aparte-keys.db"):
        shutil.copy(worked_town.world.home.folder / name, tmp_path / name)
    return tmp_path / "aparte.toml"


def database_of(config: Path) -> sqlite3.Connection:
    """The database without the triggers that refuse a change: what somebody with the file can do."""
    database = sqlite3.connect(config.parent / "aparte.db", isolation_level=None)
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    assert names
    for name in names:
        database.execute(f"DROP TRIGGER {name}")
    return database


def test_a_sound_log_says_so_with_its_size_and_root(config: Path, aparte: RunAparte) -> None:
    ended = aparte("ledger", "verify", "--config", config)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("The log is sound: ")
    said = json.loads(aparte("ledger", "verify", "--config", config, "--json").out)
    assert said["problems"] == []
    assert said["size"] >= len(TEXTS)
    assert said["root"] in ended.out


def test_the_database_itself_refuses_to_change_or_drop_an_entry(config: Path) -> None:
    with closing(sqlite3.connect(config.parent / "aparte.db")) as database:
        for statement in ("UPDATE ledger_entry SET body = '{}'", "DELETE FROM ledger_entry"):
            with pytest.raises(sqlite3.DatabaseError):
                database.execute(statement)


def test_a_flipped_byte_of_any_entry_is_named(config: Path, aparte: RunAparte) -> None:
    chance = random.Random(1)
    with closing(database_of(config)) as database:
        bodies = dict(database.execute('SELECT "index", CAST(body AS BLOB) FROM ledger_entry').fetchall())
        assert len(bodies) > len(TEXTS)
        for index, body in bodies.items():
            changed = bytearray(body)
            changed[chance.randrange(len(body))] ^= 1 << chance.randrange(7)
            write = 'UPDATE ledger_entry SET body = CAST(? AS TEXT) WHERE "index" = ?'
            database.execute(write, (bytes(changed), index))
            ended = aparte("ledger", "verify", "--config", config, "--json")
            assert ended.code == 1, index
            assert index in {problem["entry"] for problem in json.loads(ended.out)["problems"]}
            assert f"ntry {index}" in ended.err
            database.execute(write, (body, index))
    assert aparte("ledger", "verify", "--config", config).code == 0


FORGERIES = {
    "an entry is gone": 'DELETE FROM ledger_entry WHERE "index" = 3',
    "the last entry is gone": 'DELETE FROM ledger_entry WHERE "index" = (SELECT max("index") FROM ledger_entry)',
    "a kind is repainted": "UPDATE ledger_entry SET kind = 'step:mention:forgotten' WHERE \"index\" = 2",
    "a moment is moved": "UPDATE ledger_entry SET at = '2020-01-01 00:00:00.000000' WHERE \"index\" = 2",
    "a leaf hash is another": "UPDATE ledger_entry SET leaf_hash = replace(leaf_hash, 'a', 'b') WHERE \"index\" = 2",
    "the edge is another": "UPDATE ledger_frontier SET size = size - 1",
    "a checkpoint is another": "UPDATE checkpoint SET root = replace(root, 'a', 'b')",
    "a signature is another": "UPDATE checkpoint SET signature = replace(signature, 'A', 'B')",
    "everything is gone": "DELETE FROM ledger_entry",
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_log_does_not_verify(what: str, config: Path, aparte: RunAparte) -> None:
    with closing(database_of(config)) as database:
        database.execute(FORGERIES[what])
    ended = aparte("ledger", "verify", "--config", config)
    assert ended.code == 1
    assert ended.out == ""
    assert ended.err.startswith("aparte: The log does not verify")


def test_an_export_has_every_entry_in_order_and_no_personal_text(
    config: Path, tmp_path: Path, aparte: RunAparte
) -> None:
    out = tmp_path / "log.jsonl"
    assert aparte("ledger", "export", "--config", config, "--out", out).code == 0
    ended = aparte("ledger", "export", "--config", config)
    assert ended.code == 0
    assert ended.out.encode() == out.read_bytes()
    entries = [json.loads(line) for line in ended.out.splitlines()]
    assert [entry["index"] for entry in entries] == list(range(len(entries)))
    assert {"v", "index", "kind", "at", "actor", "mention", "case", "subject", "body", "sealed"} <= set(entries[0])
    for text in TEXTS.values():
        assert text not in ended.out
    assert "12345678Z" not in ended.out
    assert "/r/" not in ended.out


def test_a_second_checkpoint_of_the_same_log_changes_nothing(config: Path, aparte: RunAparte) -> None:
    assert aparte("ledger", "checkpoint", "--config", config).code == 0
    with closing(sqlite3.connect(config.parent / "aparte.db")) as database:
        count = "SELECT count(*) FROM checkpoint"
        before = database.execute(count).fetchone()
        assert aparte("ledger", "checkpoint", "--config", config).code == 0
        assert database.execute(count).fetchone() == before
    assert aparte("ledger", "verify", "--config", config).code == 0
