"""The service as it runs: by the practice network's clock, step by step as they fall due, and stopped cleanly."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from sandbox.options import SandboxOptions
from sandbox.server import running
from service.demo.home import Home, prepare_home, read_accounts, write_settings
from service.demo.practice_network import PracticeNetworkClient
from service.operations.schedule import WORK, StepScheduler
from service.wiring.app import App, open_app
from service.wiring.clock import PracticeClock, SystemClock, open_clock
from service.wiring.settings import load_settings
from tests.support.scenario import TEXTS, open_scenario, row, write_rows

STOP_SECONDS = 5
PATIENCE = 60


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.1)


@contextmanager
def live_home(folder: Path) -> Iterator[Home]:
    """A practice network whose time runs, and settings that point at it."""
    rows = [row(name, text, minutes=number) for number, (name, text) in enumerate(TEXTS.items())]
    posts = write_rows(folder / "posts.jsonl", rows)
    with running(SandboxOptions(posts=posts, play_minutes=0.05)) as base_url:
        home, practice = prepare_home(folder / "home"), PracticeNetworkClient(base_url)
        accounts = read_accounts(practice.accounts(), base_url)
        practice.close()
        write_settings(home, accounts, base_url=base_url, room_port=1, dashboard_port=1, classifier="fast")
        written = home.settings_file.read_text(encoding="utf-8")
        home.settings_file.write_text(written.replace("poll_seconds = 30", "poll_seconds = 1"), encoding="utf-8")
        yield home


def base_url_of(home: Home) -> str:
    return load_settings(home.settings_file).document.accounts[0].base_url


def post(base_url: str, name: str) -> None:
    """Somebody new writes one of the texts, now."""
    told = {"author": f"{name}_now", "text": TEXTS[name] + " (ahora)", "lang": "es"}
    requests.post(f"{base_url}/_post", data=json.dumps(told), timeout=10).raise_for_status()


def served(base_url: str) -> int:
    return int(requests.get(f"{base_url}/_summary", timeout=10).json()["served_inbound"])


def counted(app: App, row: type[DecisionRow] | type[ReplyRow], **equal: str) -> int:
    with reading(app.engine) as session:
        query = select(func.count()).select_from(row)
        for name, value in equal.items():
            query = query.where(col(getattr(row, name)) == value)
        return int(session.execute(query).scalar_one())


def test_the_practice_clock_is_the_networks_own_and_moves_with_it(tmp_path: Path) -> None:
    with open_scenario(tmp_path, played=False) as quiet:
        clock = quiet.app.clock
        assert isinstance(clock, PracticeClock)
        before = clock.now()
        assert (before.tzinfo, clock.rate) == (UTC, 0.0)
        assert clock.now() == before
        quiet.world.practice.wait(3600)
        assert clock.now() - before == timedelta(hours=1)


def test_a_practice_clock_that_does_not_answer_says_so() -> None:
    with pytest.raises(requests.RequestException):
        open_clock("http://127.0.0.1:9/_clock").now()


def test_without_a_practice_network_the_systems_clock_counts() -> None:
    clock = open_clock("")
    assert isinstance(clock, SystemClock)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.rate == 1


def test_steps_run_as_they_fall_due_and_stop_within_seconds(tmp_path: Path) -> None:
    with live_home(tmp_path) as home:
        settings = load_settings(home.settings_file)
        app = open_app(settings)
        try:
            steps = StepScheduler(app)
            steps.start()
            try:
                post(base_url_of(home), "praise")
                until(lambda: counted(app, DecisionRow) == len(TEXTS) + 1)
                until(lambda: counted(app, ReplyRow, status="sent") >= 1)
            finally:
                asked = time.monotonic()
                steps.stop()
            assert time.monotonic() - asked < STOP_SECONDS
            stopped_at = counted(app, DecisionRow)
            post(base_url_of(home), "hours")
            time.sleep(1.5)
            assert counted(app, DecisionRow) == stopped_at
            assert counted(app, ReplyRow, status="sending") == 0
        finally:
            app.close()


def test_a_step_that_fails_tells_a_person_once_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failures: list[datetime] = []

    def fail(app: App, *, now: datetime) -> int:
        failures.append(now)
        raise RuntimeError("broken on purpose")

    with open_scenario(tmp_path) as found:
        monkeypatch.setitem(WORK, "deliver", fail)
        steps = StepScheduler(found.app)
        steps.start()
        try:
            until(lambda: counted(found.app, DecisionRow) == len(TEXTS) and len(failures) > 1)
        finally:
            steps.stop()
    assert capsys.readouterr().out.count("The step deliver failed (RuntimeError)") == 1


def test_aparte_run_works_until_sigterm_and_ends_with_zero(tmp_path: Path) -> None:
    with live_home(tmp_path) as home:
        command = [sys.executable, "-m", "service.cli", "run", "--config", str(home.settings_file)]
        with (tmp_path / "log").open("wb") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until(lambda: child.poll() is not None or served(base_url_of(home)) == len(TEXTS))
            asked = time.monotonic()
            child.send_signal(signal.SIGTERM)
            ended = child.wait(timeout=PATIENCE)
            took = time.monotonic() - asked
        finally:
            child.kill()
            child.wait()
    said = (tmp_path / "log").read_text(encoding="utf-8", errors="replace")
    assert (ended, "Traceback" in said) == (0, False), said[-2000:]
    assert took < STOP_SECONDS
