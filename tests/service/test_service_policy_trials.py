"""`aparte policy simulate` and `diff` as commands: on stored posts and on a file, with nothing written or sent."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.simulation import trial
from tests.support.command_line import RunAparte

SETTINGS = """
[service]
classifier = "fast"

[[brands]]
name = "acme"

[[accounts]]
brand = "acme"
name = "acme-files"
network = "files"
external_id = "acme"
handle = "acme"
folder = "posts"
"""
RULES = """
rulebook: tried
languages: [es, en]
rules:
  - name: answer
    state: live
    when: intent == "praise" || mention.text_length > 40
    then: {action: reply_publicly, template: thanks, approval: none}
    because: A trial.
"""
TEXTS = {
    "eva": "@acme gracias, la atención de hoy ha sido estupenda, mi DNI es 12345678Z",
    "tom": "@acme hm",
    "luz": "@acme me habéis cobrado dos veces el pedido, mirad mi cuenta @eva_perez",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "aparte.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "secrets.env").write_text(f"APARTE_MASTER_KEY={'A' * 43}=\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "posts").mkdir()
    rows = [{"id": author, "author": author, "text": text} for author, text in TEXTS.items()]
    (tmp_path / "posts" / "week.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_stored_posts_are_counted_with_masked_examples_and_compared_with_what_decides_now(
    aparte: RunAparte, folder: Path
) -> None:
    assert aparte("once").code == 0
    before = (folder / "aparte.db").stat().st_size
    counted = json.loads(aparte("policy", "simulate", "rules.yaml", "--person-minutes", 30, "--json").out)
    assert (counted["posts"], counted["actions"]) == (3, {"reply_publicly": 2, "hold": 1})
    shown = json.dumps(counted, ensure_ascii=False)
    assert "estupenda" in shown
    assert "12345678Z" not in shown
    assert "eva_perez" not in shown
    found = json.loads(aparte("policy", "diff", "live", "rules.yaml", "--json").out)
    assert found["posts"] == 3
    assert found["changed"] == sum(change["posts"] for change in found["changes"]) > 0
    assert json.loads(aparte("policy", "diff", "rules.yaml", "rules.yaml", "--json").out)["changed"] == 0
    text = aparte("policy", "simulate", "rules.yaml").out
    assert "answer: reply_publicly 2" in text
    assert (folder / "aparte.db").stat().st_size == before


@pytest.mark.parametrize("per_day", [1, 2])
def test_many_posts_that_are_shared_out_are_counted_within_daily_limits_all_the_same(
    aparte: RunAparte, folder: Path, monkeypatch: pytest.MonkeyPatch, per_day: int
) -> None:
    limited = RULES + f"    limits: {{per_day: {per_day}}}\n"
    (folder / "limited.yaml").write_text(limited, encoding="utf-8")
    assert aparte("once").code == 0
    in_order = json.loads(aparte("policy", "simulate", "limited.yaml", "--json").out)
    monkeypatch.setattr(trial, "FEW", 1)
    # A process that is spawned imports what the test runner was started with, which a runner's own worker cannot be.
    monkeypatch.setattr(trial, "ProcessPoolExecutor", lambda max_workers, **_: ThreadPoolExecutor(max_workers))
    shared_out = json.loads(aparte("policy", "simulate", "limited.yaml", "--json").out)
    assert shared_out == in_order
    assert in_order["actions"] == {"reply_publicly": per_day, "hold": 3 - per_day}


def test_posts_of_a_file_are_judged_first_and_leave_nothing_behind(aparte: RunAparte, folder: Path) -> None:
    ended = aparte(
        *("policy", "simulate", "rules.yaml", "--posts", folder / "posts" / "week.jsonl"),
        *("--handle", "acme", "--classifier", "fast", "--json"),
    )
    assert json.loads(ended.out)["actions"] == {"reply_publicly": 2, "hold": 1}
    assert not list(folder.glob("*.db"))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("simulate", "none.yaml"), 'There is no file "none.yaml"'),
        (("simulate", "none.yaml", "--posts", "posts/week.jsonl"), "there is no none.yaml"),
        (("diff", "live", "rules.yaml", "--brand", "other"), 'There is no brand "other"'),
    ],
)
def test_what_is_not_there_is_one_sentence(
    aparte: RunAparte, folder: Path, arguments: tuple[str, ...], why: str
) -> None:
    assert folder.exists()
    ended = aparte("policy", *arguments)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert why in ended.err
