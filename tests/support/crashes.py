"""Runs the service in a child process that kills itself at the nth request or commit."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from requests import PreparedRequest
from sqlalchemy import Engine, event
from sqlmodel import Session

from networks.transport import RebasedAdapter
from service.demo.practice_network import PracticeNetworkClient
from service.operations.schedule import run_once
from service.wiring.app import open_app
from service.wiring.settings import load_settings

PLACES = ("before-request", "after-request", "before-commit", "after-commit")
BEFORE_WRITE = "before-write"
"""A place too: before each request that may change something on the network."""
ROUND_SECONDS = 120

_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(
    ["tests.support.crashes", "tests.support.preload", "tests.nemesis.nemesis", "tests.nemesis.rehearsal"]
)
_STARTING = Lock()


@dataclass(frozen=True, kw_only=True)
class CrashPoint:
    """Where a child dies: at the `nth` passage of `place`."""

    place: str
    nth: int

    def __str__(self) -> str:
        return f"{self.place} {self.nth}"


def run_child(settings_file: Path, base_url: str, *, until: datetime, kill: CrashPoint | None, counts: Path) -> int:
    """Run the service in a fresh process until `until`, or until it dies. Returns its exit code."""
    return run_forked(_work, settings_file, base_url, until, kill, counts)


def run_forked(target: Callable[..., None], *args: object, patience: float = 120) -> int:
    """Call `target` in a process forked from one in which everything is imported. Returns its exit code.

    The child must not run this process's main module again: a test runner, or a page that one of its tests ran.
    """
    child = _WARM.Process(target=target, args=args)
    with _STARTING:
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            child.start()
        finally:
            sys.modules["__main__"] = main
    child.join(timeout=patience)
    if child.exitcode is None:
        child.kill()
        raise TimeoutError(f"the child neither finished nor died within {patience:.0f} seconds")
    return child.exitcode


def count_and_crash(
    kill: CrashPoint | None, *, stop: CrashPoint | None = None, before_stop: Callable[[], object] = lambda: None
) -> Counter[str]:
    """Count this process's requests and commits from now on, and die where `kill` says.

    Where `stop` says, the process calls `before_stop` and stands still until another one lets it go on.
    """
    passed: Counter[str] = Counter()

    def passage(place: str) -> None:
        passed[place] += 1
        if kill is not None and (kill.place, kill.nth) == (place, passed[place]):
            os.kill(os.getpid(), signal.SIGKILL)
        if stop is not None and (stop.place, stop.nth) == (place, passed[place]):
            before_stop()
            os.kill(os.getpid(), signal.SIGSTOP)

    _watch_requests(passage)
    event.listen(Engine, "commit", lambda _connection: passage("before-commit"))
    event.listen(Session, "after_commit", lambda _session: passage("after-commit"))
    return passed


def _work(settings_file: Path, base_url: str, until: datetime, kill: CrashPoint | None, counts: Path) -> None:
    passed = count_and_crash(kill)
    app = open_app(load_settings(settings_file))
    practice = PracticeNetworkClient(base_url)
    while app.clock.now() < until:
        run_once(app)
        practice.wait(ROUND_SECONDS)
    run_once(app)
    app.close()
    counts.write_text(json.dumps({place: passed[place] for place in PLACES if passed[place]}), encoding="utf-8")


def _watch_requests(passage: Callable[[str], None]) -> None:
    sent = RebasedAdapter.send

    def send(self: RebasedAdapter, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        passage("before-request")
        if request.method != "GET":
            passage(BEFORE_WRITE)
        answer = sent(self, request, *args, **kwargs)
        passage("after-request")
        return answer

    RebasedAdapter.send = send  # type: ignore[method-assign]
