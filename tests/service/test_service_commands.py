"""The commands that a newcomer and a cron job use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import RunAparte
from tests.support.scenario import TEXTS, Scenario, open_scenario

PASSWORD = "a-long-enough-password"
OTHER_ACCOUNT = """
[[brands]]
name = "otra"

[[accounts]]
brand = "otra"
name = "otra-x"
network = "x"
external_id = "2002"
handle = "otra"
base_url = "http://127.0.0.1:9"
poll_seconds = 30
"""


@pytest.fixture(scope="module")
def visible_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("commands")) as found:
        found.app.close()
        yield found


@pytest.fixture
def config(visible_town: Scenario, tmp_path: Path) -> Path:
    """A app that is connected and has heard nothing yet."""
    for name in ("aparte.toml", "secrets.env", "aparte.db", "aparte-keys.db"):
        shutil.copy(visible_town.world.home.folder / name, tmp_path / name)
    written = (tmp_path / "aparte.toml").read_text(encoding="utf-8")
    (tmp_path / "aparte.toml").write_text(written.replace('mode = "live"', 'mode = "shadow"'), encoding="utf-8")
    return tmp_path / "aparte.toml"


def add_an_account_nobody_answers_for(config: Path) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write(OTHER_ACCOUNT)
    with (config.parent / "secrets.env").open("a", encoding="utf-8") as file:
        for kind in ("BEARER_TOKEN", "API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET"):
            file.write(f"APARTE_OTRA_X_{kind}=hush-{kind.lower()}\n")


def test_once_does_all_that_is_due_and_prints_one_json_object(config: Path, aparte: RunAparte) -> None:
    ended = aparte("once", "--config", config, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("\n") == 1
    said = json.loads(ended.out)
    assert (said["done"]["listen"], said["done"]["assess"], said["done"]["decide"]) == (len(TEXTS),) * 3
    assert said["accounts_ailing"] == []


def test_once_again_finds_nothing_due(config: Path, aparte: RunAparte) -> None:
    assert aparte("once", "--config", config).code == 0
    again = json.loads(aparte("once", "--config", config, "--json").out)["done"]
    assert {name: done for name, done in again.items() if done and name != "tick"} == {}


def test_an_account_that_cannot_be_reached_is_named_and_the_other_goes_on(config: Path, aparte: RunAparte) -> None:
    add_an_account_nobody_answers_for(config)
    ended = aparte("once", "--config", config, "--json")
    assert ended.code == 1
    assert "otra-x" in ended.err
    assert "marca-x" not in ended.err
    assert "hush" not in ended.err + ended.out
    assert json.loads(ended.out)["done"]["decide"] == len(TEXTS)
    assert json.loads(ended.out)["accounts_ailing"] == ["otra-x"]


def test_the_doctor_says_a_line_each_and_names_what_does_not_answer(config: Path, aparte: RunAparte) -> None:
    assert aparte("doctor", "--config", config).code == 0
    add_an_account_nobody_answers_for(config)
    ended = aparte("doctor", "--config", config)
    assert ended.code == 1
    (fault,) = [line for line in ended.out.splitlines() if line.startswith("FAULT")]
    assert "account otra-x" in fault
    assert "ok     account marca-x" in ended.out
    assert "hush" not in ended.out + ended.err
    assert "1 of " in ended.err


def test_the_doctor_names_several_faults_at_once_as_json(config: Path, aparte: RunAparte) -> None:
    written = config.read_text(encoding="utf-8")
    written = written.replace('mode = "shadow"', 'mode = "live"')
    written = written.replace('public_url = "http://127.0.0.1:1"', 'public_url = "http://rooms.example"')
    written = written.replace("/_clock", "/_nowhere")
    smtp = '\n[smtp]\nhost = "127.0.0.1"\nport = 9\nsender = "a@marca.example"\n'
    config.write_text(written + smtp, encoding="utf-8")
    ended = aparte("doctor", "--config", config, "--json")
    assert ended.code == 1
    assert ended.out.count("\n") == 1
    faults = {each["what"]: each["fault"] for each in json.loads(ended.out)["findings"] if each["fault"]}
    assert set(faults) == {"clock", "address of the rooms", "mail server"}
    assert "https" in faults["address of the rooms"]


def test_a_clock_that_does_not_answer_ends_in_a_sentence(config: Path, aparte: RunAparte) -> None:
    written = config.read_text(encoding="utf-8")
    config.write_text(written.replace("clock = ", 'clock = "http://127.0.0.1:9/" # '), encoding="utf-8")
    ended = aparte("once", "--config", config)
    assert ended.code == 1
    assert "clock" in ended.err
    assert "Traceback" not in ended.err


def test_an_agent_is_added_and_listed_without_the_password(config: Path, aparte: RunAparte) -> None:
    told = ("--name", "Ana", "--role", "agent", "--role", "supervisor", "--password", PASSWORD, "--config", config)
    ended = aparte("agent", "add", "Ana@Marca.example", *told)
    assert (ended.code, ended.out) == (0, "ana@marca.example may sign in as agent, supervisor\n")
    listed = aparte("agent", "list", "--config", config)
    assert listed.out == "ana@marca.example\tAna\tagent, supervisor\n"
    said = json.loads(aparte("agent", "list", "--config", config, "--json").out)
    assert said == {"agents": [{"email": "ana@marca.example", "name": "Ana", "roles": ["agent", "supervisor"]}]}
    assert PASSWORD.encode() not in (config.parent / "aparte.db").read_bytes()


@pytest.mark.parametrize(
    ("email", "password", "word"),
    [("ana@marca.example", "short", "10 characters"), ("ana", PASSWORD, "e-mail address")],
)
def test_an_agent_that_will_not_do_is_refused(
    email: str, password: str, word: str, config: Path, aparte: RunAparte
) -> None:
    ended = aparte("agent", "add", email, "--password", password, "--config", config)
    assert (ended.code, ended.out) == (2, "")
    assert word in ended.err
    assert json.loads(aparte("agent", "list", "--config", config, "--json").out) == {"agents": []}


def test_an_unknown_command_and_a_missing_argument_are_bad_usage(aparte: RunAparte) -> None:
    for told in (("listn",), ("agent", "add"), ("demo", "--portt", "1")):
        ended = aparte(*told)
        assert ended.code == 2
        assert ended.err


LINES = [
    {"id": 1, "text": "@marca gracias, estupendo"},
    {"id": 2, "text": '=HYPERLINK("http://phishing.example")'},
    {"id": 3, "text": "medio par \ud83d y nul \x00 y \u202eoiverla"},
    {"id": 4, "text": ""},
    {"id": 5, "text": "x" * 10_000_000},
]


def test_classify_takes_whatever_people_write(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    ended = aparte("classify", file, "--classifier", "fast")
    assert (ended.code, ended.err) == (0, "")
    judged = [json.loads(line) for line in ended.out.splitlines()]
    assert [(line["id"], line["text"]) for line in judged] == [(line["id"], line["text"]) for line in LINES]
    for line in judged:
        assert abs(sum(line["assessment"]["p_sentiment"].values()) - 1) < 0.01


def test_classify_counts_broken_lines_and_judges_the_others(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b'{"text": "hola"}\nnot json\n[1]\n{"text": 5}\n' + b"[" * 100_000 + b"\n\xff\xfe\n")
    ended = aparte("classify", file, "--classifier", "fast")
    assert ended.code == 1
    assert ended.err.startswith("aparte: 5 lines")
    assert len(ended.out.splitlines()) == 1


def test_classify_of_a_missing_file_and_a_missing_model_are_bad_usage(tmp_path: Path, aparte: RunAparte) -> None:
    assert aparte("classify", tmp_path / "missing.jsonl", "--classifier", "fast").code == 2
    ended = aparte("classify", tmp_path / "missing.jsonl", "--classifier", "fastest")
    assert ended.code == 2
    assert "fastest" in ended.err
