"""Settings that cannot be used end a command with one sentence that says what to mend; nothing is made or lost."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult, RunAparte
from tests.support.scenario import Scenario, open_scenario


@pytest.fixture(scope="module")
def running_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("settings"), played=False) as found:
        found.app.close()
        yield found


@pytest.fixture
def config(running_town: Scenario, tmp_path: Path) -> Path:
    """Settings and secrets of a app that was never opened, and nothing else."""
    for name in ("aparte.toml", "secrets.env"):
        shutil.copy(running_town.world.home.folder / name, tmp_path / name)
    return tmp_path / "aparte.toml"


def rewrite(file: Path, pattern: str, replacement: str) -> None:
    before = file.read_text(encoding="utf-8")
    after = re.sub(pattern, lambda _: replacement, before, flags=re.MULTILINE)
    assert after != before
    file.write_text(after, encoding="utf-8")


def nothing_was_made(config: Path) -> None:
    files = {file.name for file in config.parent.iterdir()}
    assert files <= {"aparte.toml", "secrets.env", "mine.yaml"}


def says(ended: CommandResult, code: int, *words: str) -> None:
    """One clear sentence on stderr, and nothing on stdout."""
    assert ended.code == code, ended
    assert ended.out == ""
    assert ended.err.startswith("aparte: ")
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err


def test_settings_that_are_fine_open_a_house(config: Path, aparte: RunAparte) -> None:
    ended = aparte("once", "--config", config)
    assert (ended.code, ended.err) == (0, ""), ended


def test_a_missing_settings_file_is_named_with_two_ways_out(tmp_path: Path, aparte: RunAparte) -> None:
    says(aparte("once", "--config", tmp_path / "nowhere.toml"), 2, "nowhere.toml", "--config", "aparte demo")
    assert list(tmp_path.iterdir()) == []


WRONG_SETTINGS = {
    "misspelt": ("^database = .*$", 'databse = "sqlite:///aparte.db"', ["[service] databse", "did you mean database?"]),
    "misspelt in a list": ("^poll_seconds", "pol_seconds", ["[[accounts]] number 1: pol_seconds", "poll_seconds"]),
    "unknown section": (r"^\[service\]$", "[servce]", ["[servce]", "did you mean service?"]),
    "no such mode": ("^mode = .*$", 'mode = "alive"', ["[service] mode", "'alive'", "shadow", "live"]),
    "not a number": ("^room_port = .*$", 'room_port = "door"', ["[service] room_port", "'door'"]),
    "no such port": ("^room_port = .*$", "room_port = 70000", ["[service] room_port", "70000", "65535"]),
    "no such zone": ("^market = .*$", 'timezone = "Europe/Madriz"', ["timezone", "Europe/Madriz", "Europe/Madrid"]),
    "no such network": ('^network = "x"$', 'network = "xx"', ["[[accounts]] number 1: network", "'xx'"]),
    "no database address": ("^database = .*$", 'database = "aparte.db"', ["[service] database", "sqlite:///aparte.db"]),
    "another brand": ('^brand = "marca"$', 'brand = "otra"', ["otra", "[[brands]]", "marca"]),
    "missing": ("^external_id = .*$", "", ["[[accounts]] number 1: external_id is missing"]),
    "not TOML": (r"^\[service\]$", "[service", ["is not TOML", "line 3"]),
}


@pytest.mark.parametrize("what", WRONG_SETTINGS)
def test_a_wrong_setting_is_named(what: str, config: Path, aparte: RunAparte) -> None:
    pattern, replacement, words = WRONG_SETTINGS[what]
    rewrite(config, pattern, replacement)
    says(aparte("once", "--config", config), 2, str(config), *words)
    nothing_was_made(config)


def test_settings_that_are_not_text_are_refused(config: Path, aparte: RunAparte) -> None:
    config.write_bytes(b"\xff\xfe\x00")
    says(aparte("once", "--config", config), 2, str(config), "cannot be read")


@pytest.mark.parametrize(
    "name", ["APARTE_MASTER_KEY", "APARTE_MARCA_X_BEARER_TOKEN", "APARTE_MARCA_X_ACCESS_TOKEN_SECRET"]
)
def test_a_missing_secret_is_named_with_where_to_put_it(name: str, config: Path, aparte: RunAparte) -> None:
    rewrite(config.parent / "secrets.env", f"^{name}=.*$", "")
    says(aparte("once", "--config", config), 2, name, "secrets.env")
    nothing_was_made(config)


@pytest.mark.parametrize("key", ["short", "not base64 at all!", base64.b64encode(b"x" * 31).decode(), "\u00e9" * 44])
def test_a_master_key_that_will_not_do_is_refused_and_not_repeated(key: str, config: Path, aparte: RunAparte) -> None:
    rewrite(config.parent / "secrets.env", "^APARTE_MASTER_KEY=.*$", f"APARTE_MASTER_KEY={key}")
    ended = aparte("once", "--config", config)
    says(ended, 2, "APARTE_MASTER_KEY will not do")
    assert key not in ended.err
    nothing_was_made(config)


def test_the_environment_comes_before_the_file(
    config: Path, aparte: RunAparte, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APARTE_MASTER_KEY", "short")
    says(aparte("once", "--config", config), 2, "APARTE_MASTER_KEY will not do")


WRONG_RULEBOOKS = {
    "a misspelt fact": ("sentiment.negatve > 0.5", ["sentiment.negatve", "sentiment.negative"]),
    "a misspelt word": ("intent == 'opinon'", ["opinon", "opinion"]),
    "an int for a double": ("sentiment.negative > 1", ["1.0 instead of 1"]),
}


@pytest.mark.parametrize("what", WRONG_RULEBOOKS)
@pytest.mark.parametrize("command", ["once", "policy check"])
def test_a_wrong_rulebook_is_named_with_rule_line_and_hint(
    what: str, command: str, config: Path, aparte: RunAparte
) -> None:
    condition, words = WRONG_RULEBOOKS[what]
    file = config.parent / "mine.yaml"
    file.write_text(RULEBOOK.replace("CONDITION", condition), encoding="utf-8")
    rewrite(config, "^market = .*$", 'rulebook = "mine.yaml"')
    told = ["once", "--config", config] if command == "once" else ["policy", "check", file]
    says(aparte(*told), 2 if command == "once" else 1, "mine", "first-rule", "line 6", *words)
    nothing_was_made(config)


def test_a_rulebook_that_is_not_there_is_named_with_its_brand(config: Path, aparte: RunAparte) -> None:
    rewrite(config, "^market = .*$", 'rulebook = "nowhere.yaml"')
    says(aparte("once", "--config", config), 2, "nowhere.yaml", "marca", "[[brands]] rulebook")


def test_a_good_rulebook_may_be_used(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RULEBOOK.replace("CONDITION", "sentiment.negative > 0.5"), encoding="utf-8")
    ended = aparte("policy", "check", file)
    assert (ended.code, ended.err) == (0, "")
    warned = "line 4, rule first-rule: The rule has no examples."
    assert ended.out.startswith(f"{file} may be used, with 1 warning:\n  {warned}")


def test_the_problems_of_a_rulebook_are_also_told_as_one_json_object(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RULEBOOK.replace("CONDITION", "intent == 'opinon'"), encoding="utf-8")
    ended = aparte("policy", "check", file, "--json")
    assert ended.code == 1
    (problem,) = json.loads(ended.out)["problems"]
    assert (problem["line"], problem["rule"]) == (6, "first-rule")
    assert "opinon" in problem["message"]
    assert "opinion" in problem["hint"]
    file.write_text(RULEBOOK.replace("CONDITION", "intent == 'opinion'"), encoding="utf-8")
    ended = aparte("policy", "check", file, "--json")
    assert (ended.code, json.loads(ended.out)["problems"]) == (0, [])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- a\n- b\n", b"rules: [", b"a: &a [*a]\n", b"\x00"])
def test_a_file_that_is_no_rulebook_is_refused(content: bytes, tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    ended = aparte("policy", "check", file)
    assert ended.code in {1, 2}
    says(ended, ended.code, "mine.yaml")


def test_a_port_that_is_taken_is_named(config: Path, aparte: RunAparte) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        rewrite(config, "^room_port = .*$", f"room_port = {port}")
        ended = aparte("room", "--config", config)
        assert (ended.code, ended.out) == (1, "")
        assert f"aparte: Port {port} is taken" in ended.err
        ended = aparte("sandbox", "--port", port)
        assert ended.code in {1, 2}
        says(ended, ended.code, f"Port {port}", "give another one")


def test_a_folder_with_settings_of_its_own_is_no_home_for_a_demo(config: Path, aparte: RunAparte) -> None:
    config.write_text("[service]\n", encoding="utf-8")
    (config.parent / "aparte.db").write_bytes(b"precious")
    says(aparte("demo", "--once", "--home", config.parent), 2, "was not made by a demo", "--home")
    assert (config.parent / "aparte.db").read_bytes() == b"precious"
    assert config.read_text(encoding="utf-8") == "[service]\n"


def test_a_file_in_the_place_of_the_demos_folder_is_refused(tmp_path: Path, aparte: RunAparte) -> None:
    (tmp_path / "file").write_bytes(b"precious")
    says(aparte("demo", "--once", "--home", tmp_path / "file"), 2, "--home")
    assert (tmp_path / "file").read_bytes() == b"precious"


RULEBOOK = """\
rulebook: mine
languages: [es, en]
rules:
  - name: first-rule
    state: live
    when: "CONDITION"
    then: {action: hold, queue: care}
    because: A test asks for it.
"""
