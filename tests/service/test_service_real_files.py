"""Real posts through the whole service: every one of them is heard, judged, decided, and nothing is said twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from records.enums import Action
from tests.support.command_line import RunAparte
from tests.support.truth import compare

pytestmark = [pytest.mark.long, pytest.mark.shared]
THREADS = "twcs_threads_dev.jsonl"


@pytest.mark.parametrize("name", [THREADS, "es_bank_mentions_unlabelled.csv"])
def test_every_post_of_a_real_file_is_settled_and_every_answer_is_true(
    name: str, shared_threads: Path, tmp_path: Path, aparte: RunAparte
) -> None:
    posts = shutil.copy(shared_threads / name, tmp_path / name)
    ended = aparte("demo", "--once", "--posts", posts, "--home", tmp_path / "home", "--json")
    assert ended.code == 0, ended.err
    found = compare(tmp_path / "home", Path(posts))
    assert found.contradictions == ()
    assert found.mentions > 1000
    if name == THREADS:
        assert found.sent["public_reply"] >= 100
        assert found.rooms_opened >= 20
        assert set(found.actions) == set(Action)
    assert aparte("ledger", "verify", "--config", tmp_path / "home" / "aparte.toml").code == 0
