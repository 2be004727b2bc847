"""The home of a demo whose practice network has ended can be looked at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.progress import Progress

from service.children import Children, free_port
from service.demo.home import MARK, SIGN_IN_EMAIL
from service.demo.pass_once import pass_once
from service.settings import child_environment, load_settings
from tests.service.conftest import Aparte
from tests.service.worlds import write_posts


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A pass that is over."""

    folder: Path
    said: tuple[str, ...]

    @property
    def settings_file(self) -> Path:
        return self.folder / "aparte.toml"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder = tmp_path_factory.mktemp("ended")
    said: list[str] = []
    posts = write_posts(folder / "posts.jsonl", count=3)
    with Progress(disable=True) as progress:
        summary = pass_once(folder / "home", posts=posts, classifier="fast", progress=progress, say=said.append)
    assert summary.heard == 3
    return Ended(folder=folder / "home", said=tuple(said))


def test_its_settings_name_no_clock_and_send_nothing(ended: Ended) -> None:
    service = load_settings(ended.settings_file).document.service
    assert (service.clock, service.mode) == ("", "shadow")
    assert ended.settings_file.read_text(encoding="utf-8").startswith(MARK)


def test_it_is_told_how_to_look_at_it_and_sign_in(ended: Ended) -> None:
    look, sign_in = ended.said
    assert look.endswith(f"aparte dashboard --config {ended.settings_file}")
    assert SIGN_IN_EMAIL in sign_in


def test_the_dashboard_opens_it(ended: Ended) -> None:
    port = free_port()
    arguments = ["dashboard", "--config", str(ended.settings_file), "--port", str(port)]
    settings = load_settings(ended.settings_file)
    with Children(ended.folder / "logs", environment=child_environment(settings)) as children:
        children.start("dashboard", arguments, answers_at=f"http://127.0.0.1:{port}/healthz")


def test_once_ends_in_a_sentence_that_names_the_account(ended: Ended, aparte: Aparte) -> None:
    after = aparte("once", "--config", ended.settings_file)
    assert (after.code, after.err) in {(0, ""), (1, after.err)}
    assert "Traceback" not in after.err
    assert len(after.err.splitlines()) <= 1 or "could not be read" in after.err.splitlines()[-1]
    assert "nothing was due" in after.out or "could not be read" in after.err or "checkpoint" in after.out


def test_another_demo_may_take_the_same_home(ended: Ended, tmp_path: Path) -> None:
    posts = write_posts(tmp_path / "posts.jsonl", count=1)
    with Progress(disable=True) as progress:
        summary = pass_once(ended.folder, posts=posts, classifier="fast", progress=progress, say=lambda _line: None)
    assert json.loads(summary.as_json())["heard"] == 1
