"""A database that cannot be used is named, with what to do, and left as it is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult, RunAparte
from tests.support.scenario import Scenario, open_scenario

PAGE = 4096
OPENING = (("once",), ("agent", "list"), ("ledger", "checkpoint"))
AUDITING = (("ledger", "verify"), ("ledger", "export"))


@pytest.fixture(scope="module")
def worked_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("databases")) as found:
        found.work()
        found.app.close()
        yield found


@pytest.fixture
def config(worked_town: Scenario, tmp_path: Path) -> Path:
    """A app that has worked, with files of its own."""
    for name in ("aparte.toml", "secrets.env", "aparte.db", "aparte-keys.db"):
        shutil.copy(worked_town.world.home.folder / name, tmp_path / name)
    return tmp_path / "aparte.toml"


def says(ended: CommandResult, *words: str) -> None:
    assert ended.code == 1, ended
    assert ended.err.startswith("aparte: ")
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err


@pytest.mark.parametrize("command", OPENING + AUDITING, ids=" ".join)
def test_a_file_of_random_bytes_is_no_database(command: tuple[str, ...], config: Path, aparte: RunAparte) -> None:
    garbage = bytes(range(256)) * 64
    (config.parent / "aparte.db").write_bytes(garbage)
    says(aparte(*command, "--config", config), "file is not a database")
    assert (config.parent / "aparte.db").read_bytes() == garbage


@pytest.mark.parametrize("page", [0, 1, 40])
@pytest.mark.parametrize("command", OPENING, ids=" ".join)
def test_a_damaged_page_is_noticed_and_left_alone(
    page: int, command: tuple[str, ...], config: Path, aparte: RunAparte
) -> None:
    file = config.parent / "aparte.db"
    damaged = bytearray(file.read_bytes())
    start = page * PAGE + (100 if page == 0 else 0)
    damaged[start : start + 3000] = b"\xa5" * 3000
    file.write_bytes(damaged)
    says(aparte(*command, "--config", config), "aparte.db", "backup")
    assert file.read_bytes() == bytes(damaged)


def test_an_auditor_of_a_file_with_damaged_pages_reads_a_sentence_and_no_sound_log(
    config: Path, aparte: RunAparte
) -> None:
    file = config.parent / "aparte.db"
    whole = file.read_bytes()
    for page in range(len(whole) // PAGE):
        if b'"v":1}' not in whole[page * PAGE : (page + 1) * PAGE]:
            continue
        damaged = bytearray(whole)
        damaged[page * PAGE + 8 : page * PAGE + 3000] = b"\xa5" * 2992
        file.write_bytes(damaged)
        says(aparte("ledger", "verify", "--config", config), "entr")
        assert file.read_bytes() == bytes(damaged)


def test_a_damaged_key_database_is_named(config: Path, aparte: RunAparte) -> None:
    (config.parent / "aparte-keys.db").write_bytes(b"\xa5" * 8192)
    says(aparte("once", "--config", config), "aparte-keys.db", "backup")


def test_a_folder_that_does_not_exist_is_named(config: Path, aparte: RunAparte) -> None:
    written = config.read_text(encoding="utf-8")
    config.write_text(written.replace("sqlite:///aparte.db", "sqlite:///nowhere/aparte.db"), encoding="utf-8")
    says(aparte("once", "--config", config), "nowhere", "does not exist", "[service] database")
    assert not (config.parent / "nowhere").exists()


@pytest.mark.parametrize("command", AUDITING, ids=" ".join)
def test_reading_the_log_makes_no_database(command: tuple[str, ...], config: Path, aparte: RunAparte) -> None:
    (config.parent / "aparte.db").unlink()
    says(aparte(*command, "--config", config), "aparte.db", "aparte run")
    assert not (config.parent / "aparte.db").exists()


@pytest.mark.parametrize("command", AUDITING, ids=" ".join)
def test_a_database_without_tables_is_no_log(command: tuple[str, ...], config: Path, aparte: RunAparte) -> None:
    file = config.parent / "aparte.db"
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE something (else_ TEXT)")
    connection.close()
    says(aparte(*command, "--config", config), "no such table")


def test_a_server_that_does_not_answer_is_named_without_its_password(config: Path, aparte: RunAparte) -> None:
    written = config.read_text(encoding="utf-8")
    address = "postgresql+psycopg://somebody:hunter2@127.0.0.1:1/aparte"
    config.write_text(written.replace("sqlite:///aparte.db", address), encoding="utf-8")
    ended = aparte("once", "--config", config)
    says(ended, "127.0.0.1:1", "does not answer", "[service] database")
    assert "hunter2" not in ended.err


def test_a_house_opened_with_another_master_key_still_verifies_entries_but_not_signatures(
    config: Path, aparte: RunAparte
) -> None:
    assert aparte("ledger", "verify", "--config", config).code == 0
    secrets = config.parent / "secrets.env"
    lines = secrets.read_text(encoding="utf-8").splitlines()
    other = "APARTE_MASTER_KEY=" + "A" * 43 + "="
    secrets.write_text("\n".join([other, *lines[1:]]) + "\n", encoding="utf-8")
    ended = aparte("ledger", "verify", "--config", config)
    says(ended, "does not verify")


def test_an_account_keeps_the_id_it_was_first_connected_with(config: Path, aparte: RunAparte) -> None:
    written = config.read_text(encoding="utf-8")
    config.write_text(written.replace('external_id = "1001"', 'external_id = "1002"'), encoding="utf-8")
    ended = aparte("once", "--config", config)
    assert ended.code == 2
    assert "a name of its own" in ended.err
