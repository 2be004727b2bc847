"""One whole pass of the demo over an invented file: what it stored agrees with the file and with the truth."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from records.enums import Action
from service.cli import app
from tests.support.command_line import RunAparte
from tests.support.scenario import TEXTS, row, write_rows
from tests.support.truth import compare

ROWS = 60
BROKEN = {3: "not json at all", 9: '{"id": "no-text"}', 17: "[1, 2]", 25: '{"text": "no id"}', 33: '{"id": "9", "tex'}
"""By line of the file."""
HOSTILE = (
    '@marca =HYPERLINK("http://phishing.example") hola',
    "@marca <script>alert(1)</script> hola, a qué hora abrís?",
    "@marca \u202etxet desrever\u202c a qué hora abrís?",
    "@marca nul \x00 y medio par \ud83d: a qué hora abrís?",
    "@marca " + "ja" * 20_000,
)


def sixty_rows() -> list[dict[str, object]]:
    """Fifty-odd people, five hostile texts, and the brand's own posts with one answer to each."""
    rows = [
        row(f"{name}-{number}", f"{text} ({number})", minutes=number * 8 + place)
        for number in range(6)
        for place, (name, text) in enumerate(TEXTS.items())
    ]
    rows += [row(f"hostile-{number}", text, minutes=50 + number) for number, text in enumerate(HOSTILE)]
    for number in range(3):
        own = row(f"own-{number}", f"Hoy abrimos hasta las {number + 5}.", minutes=60 + number, author="marca")
        rows.append(own | {"inbound": False})
        answer = row(f"answer-{number}", "gracias, muy amables", minutes=63 + number)
        rows.append(answer | {"in_reply_to": f"own-{number}"})
    return [*rows, row("last", "@marca @marca", minutes=70)][:ROWS]


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty rows among broken lines."""
    file = write_rows(tmp_path_factory.mktemp("posts") / "posts.jsonl", sixty_rows())
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in BROKEN.items():
        lines.insert(number - 1, line)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def home(posts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one pass was made; `said.json` holds what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    told = ["demo", "--once", "--posts", str(posts), "--home", str(folder), "--classifier", "fast", "--json"]
    ended = CliRunner().invoke(app, told, catch_exceptions=False)
    structlog.reset_defaults()
    assert ended.exit_code == 0, ended.output
    (folder / "said.json").write_text(ended.stdout, encoding="utf-8")
    return folder


def test_what_was_stored_agrees_with_the_file_and_the_truth(home: Path, posts: Path) -> None:
    found = compare(home, posts)
    assert found.contradictions == ()
    assert found.mentions == ROWS - 3
    assert found.sent["public_reply"] >= 10
    assert set(found.actions) == set(Action)
    assert found.rooms_opened >= 1


def test_the_summary_counts_rows_and_names_broken_lines(home: Path) -> None:
    said = json.loads((home / "said.json").read_text(encoding="utf-8"))
    assert (said["rows"], said["served"], said["heard"], said["judged"]) == (ROWS, ROWS - 3, ROWS - 3, ROWS - 3)
    assert sum(said["decided"].values()) == ROWS - 3
    assert said["skipped"] == len(BROKEN)
    assert [line.partition(":")[0] for line in said["skipped_lines"]] == [f"line {number}" for number in BROKEN]
    assert all(line.partition(": ")[2] for line in said["skipped_lines"])
    assert said["log_verified"] is True
    assert said["log_entries"] > ROWS


def test_no_progress_is_drawn_in_a_pipe_and_the_log_verifies_from_outside(home: Path, aparte: RunAparte) -> None:
    ended = aparte("ledger", "verify", "--config", home / "aparte.toml", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["problems"] == []


def test_the_check_notices_what_is_missing_twice_and_untrue(home: Path, posts: Path, tmp_path: Path) -> None:
    for name in ("aparte.db", "truth.json"):
        (tmp_path / name).write_bytes((home / name).read_bytes())
    sound = compare(tmp_path, posts)
    with closing(sqlite3.connect(tmp_path / "aparte.db")) as database, database:
        database.execute("UPDATE decision SET superseded_at = made_at WHERE id = 1")
        database.execute(
            "UPDATE reply SET external_id = 'never' WHERE id = (SELECT id FROM reply WHERE act = 'public_reply'"
            " AND status = 'sent' LIMIT 1)"
        )
    found = compare(tmp_path, posts)
    assert len(found.contradictions) == 3
    assert replace(found, contradictions=()).mentions == sound.mentions
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    truth["replies"].append(truth["replies"][0])
    (tmp_path / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    assert any("more than once" in each for each in compare(tmp_path, posts).contradictions)


def test_replay_names_the_same_broken_lines_and_says_nothing_to_anybody(
    posts: Path, tmp_path: Path, aparte: RunAparte
) -> None:
    ended = aparte("replay", posts, "--home", tmp_path / "replay", "--classifier", "fast", "--json")
    assert (ended.code, ended.err) == (0, "")
    said = json.loads(ended.out)
    assert sorted(map(int, said["skipped"])) == sorted(BROKEN)
    assert (said["rows"], said["heard"]) == (ROWS, ROWS - 3)
    assert sum(said["decided"].values()) == ROWS - 3
    with closing(sqlite3.connect(tmp_path / "replay" / "replay.db")) as database:
        assert database.execute("SELECT DISTINCT mode FROM decision").fetchall() == [("shadow",)]
        assert database.execute("SELECT count(*) FROM reply").fetchone() == (0,)


def test_replay_in_words_names_the_broken_lines_too(posts: Path, tmp_path: Path, aparte: RunAparte) -> None:
    ended = aparte("replay", posts, "--home", tmp_path / "replay", "--classifier", "fast")
    assert ended.code == 0
    assert f"skipped {len(BROKEN)}" in ended.out
    for number in BROKEN:
        assert f"line {number}: " in ended.out


BAD_FILES = {
    "missing.jsonl": None,
    "empty.jsonl": b"",
    "broken.jsonl": b"{\n[\n\xff\xfe\n",
    "posts.txt": b"hello",
    "headless.csv": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_posts_file_that_cannot_be_played_ends_the_demo_in_a_sentence(
    name: str, tmp_path: Path, aparte: RunAparte
) -> None:
    content = BAD_FILES[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ended = aparte("sandbox", "--posts", tmp_path / name, "--port", 0)
    assert ended.code == 2
    assert ended.err.startswith("aparte: ")
    assert name in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("name", ["missing.jsonl", "posts.txt", "headless.csv"])
def test_a_posts_file_that_cannot_be_replayed_is_named(name: str, tmp_path: Path, aparte: RunAparte) -> None:
    content = BAD_FILES[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ended = aparte("replay", tmp_path / name, "--home", tmp_path / "home", "--classifier", "fast")
    assert ended.code == 2
    assert ended.err.startswith("aparte: ")
    assert name in ended.err


def test_the_demo_hands_on_why_its_practice_network_did_not_start(tmp_path: Path, aparte: RunAparte) -> None:
    ended = aparte("demo", "--once", "--posts", tmp_path / "missing.jsonl", "--home", tmp_path / "home")
    assert ended.code in {1, 2}
    assert "missing.jsonl" in ended.err
    assert "Traceback" not in ended.err
