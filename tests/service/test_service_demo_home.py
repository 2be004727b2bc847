"""The home of a demo whose practice network has ended can be looked at."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.progress import Progress
from sqlalchemy import update

from records.database import open_engine, writing
from records.tables.listener import FeedCursorRow
from service.demo.home import MARK, SIGN_IN_EMAIL
from service.demo.run import run_demo_once
from service.operations.child_processes import ChildProcesses, free_port
from service.wiring.settings import child_environment, load_settings
from tests.support.command_line import RunAparte
from tests.support.practice_home import write_posts


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
        summary = run_demo_once(folder / "home", posts=posts, classifier="fast", progress=progress, say=said.append)
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
    with ChildProcesses(ended.folder / "logs", environment=child_environment(settings)) as children:
        children.start("dashboard", arguments, answers_at=f"http://127.0.0.1:{port}/healthz")


def test_once_says_which_account_no_longer_answers(ended: Ended, aparte: RunAparte) -> None:
    engine = open_engine(load_settings(ended.settings_file).database)
    with writing(engine) as session:
        session.execute(update(FeedCursorRow).values(poll_due_at=datetime(2026, 1, 1, tzinfo=UTC)))
    engine.dispose()
    after = aparte("once", "--config", ended.settings_file)
    assert after.code == 1
    assert after.err.splitlines()[-1] == ("aparte: These accounts could not be read: marca-x; see `aparte doctor`.")


def test_a_pass_that_is_asked_to_end_leaves_no_process_behind(tmp_path: Path) -> None:
    posts = write_posts(tmp_path / "posts.jsonl", count=3)
    home = tmp_path / "home"
    demo = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "demo", "--once", "--home", str(home), "--posts", str(posts)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log = home / "logs" / "sandbox.log"
    end = time.monotonic() + 60
    while not (log.exists() and (found := re.search(r"http://127.0.0.1:(\d+)", log.read_text(encoding="utf-8")))):
        assert time.monotonic() < end, "the practice network did not start within a minute"
        time.sleep(0.05)
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(timeout=30) == 128 + signal.SIGTERM
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(found[1]))) != 0
