"""Measures posts a second, from an HTTP page to a stored decision and its log entry.

Two workers share the steps, as any number may: one listens and one assesses, and both decide.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import cycle, islice
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty

from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.tables.ledger import LedgerEntryRow
from records.tables.service import DecisionRow
from service.demo.home import Home, prepare_home, read_accounts, write_settings
from service.demo.practice_network import PracticeNetworkClient
from service.operations.child_processes import ChildProcesses, free_port
from service.operations.process import freeze_gc
from service.operations.schedule import WORK
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings

FIRST_POST = datetime(2026, 9, 1, 9, tzinfo=UTC)
"""The practice network moves all dates, so that the last one is now."""
SPAN = timedelta(minutes=30)
"""All posts fall within it: none is too old to be answered."""
WORKERS = (("listen", "decide"), ("assess", "decide"))
IDLE_SECONDS = 0.005
START_SECONDS = 120


class BenchError(Exception):
    """The run cannot be measured; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Figures of one run."""

    posts: int
    seconds: float
    posts_a_second: float
    step_seconds: dict[str, float]
    """Time spent in each step, both workers added up."""
    shares: dict[str, float]
    peak_memory_mb: float
    """Largest resident set of a worker; the practice network is a process of its own."""
    log_entries: int


@dataclass(frozen=True, kw_only=True)
class Worked:
    """What one worker reports."""

    seconds: dict[str, float]
    peak_memory_mb: float


def measure(posts: int, *, folder: Path, classifier: str) -> Measured:
    """Serve `posts` posts from a practice network without limits, and take each to its decision.

    Raises BenchError where not every post was decided.
    """
    home = prepare_home(folder)
    file = folder / "posts.jsonl"
    write_posts(file, posts)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with ChildProcesses(home.logs) as children:
        arguments = ["sandbox", "--port", str(port), "--posts", str(file), "--no-limits", "--stepped"]
        children.start("sandbox", arguments, answers_at=f"{address}/_clock")
        practice = PracticeNetworkClient(address)
        accounts = read_accounts(practice.accounts(), address)
        write_settings(home, accounts, base_url=address, room_port=1, dashboard_port=1, classifier=classifier)
        app = open_app(load_settings(home.settings_file))
        try:
            practice.wait(int(SPAN.total_seconds()) + 120)
            seconds, worked = _work(home, posts)
            return _measured(posts, seconds, worked, _log_entries(app, posts))
        finally:
            app.close()
            practice.close()


def write_posts(file: Path, count: int) -> None:
    """Write a posts file of the cast's texts, each with a number of its own, by ten times fewer people than posts."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(count))


def _rows(count: int) -> Iterator[dict[str, object]]:
    source = resources.files("sandbox").joinpath("cast", "posts.jsonl").read_text(encoding="utf-8")
    cast = [json.loads(line) for line in source.splitlines()]
    apart = SPAN / count
    for number, post in enumerate(islice(cycle(cast), count)):
        yield {
            "id": str(number),
            "text": f"{post['text']} ({number})",
            "author": f"person{number % max(1, count // 10)}",
            "lang": post["lang"],
            "brand": post["brand"],
            "created_at": (FIRST_POST + apart * number).isoformat(),
        }


def _work(home: Home, posts: int) -> tuple[float, list[Worked]]:
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(len(WORKERS) + 1), context.Queue()
    workers = [
        context.Process(target=_worker, args=(home.settings_file, names, posts, ready, results)) for names in WORKERS
    ]
    for worker in workers:
        worker.start()
    ready.wait(timeout=START_SECONDS)
    begun = time.perf_counter()
    worked = [_result(results, workers) for _ in workers]
    seconds = time.perf_counter() - begun
    for worker in workers:
        worker.join()
    return seconds, worked


def _result(results: Queue[Worked], workers: Sequence[BaseProcess]) -> Worked:
    while True:
        try:
            return results.get(timeout=1)
        except Empty:
            if any(worker.exitcode for worker in workers):
                for worker in workers:
                    worker.terminate()
                raise BenchError("A worker died: its error is above.") from None


def _worker(settings: Path, names: tuple[str, ...], posts: int, ready: Barrier, results: Queue[Worked]) -> None:
    app = open_app(load_settings(settings))
    app.judge.warm_up()
    freeze_gc()
    ready.wait(timeout=START_SECONDS)
    seconds = dict.fromkeys(names, 0.0)
    while True:
        done = 0
        for name in names:
            begun = time.perf_counter()
            done += WORK[name](app, now=app.clock.now())
            seconds[name] += time.perf_counter() - begun
        if not done:
            if _decided(app) >= posts:
                break
            time.sleep(IDLE_SECONDS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    app.close()
    results.put(Worked(seconds=seconds, peak_memory_mb=peak))


def _decided(app: App) -> int:
    with reading(app.engine) as session:
        return int(session.execute(select(func.count(col(DecisionRow.id)))).scalar_one())


def _log_entries(app: App, posts: int) -> int:
    decided = _decided(app)
    if decided != posts:
        raise BenchError(f"{posts} posts were served and {decided} decided: the figures would mean nothing.")
    with reading(app.engine) as session:
        return int(session.execute(select(func.count(col(LedgerEntryRow.index)))).scalar_one())


def _measured(posts: int, seconds: float, worked: list[Worked], log_entries: int) -> Measured:
    names = dict.fromkeys(name for each in worked for name in each.seconds)
    by_step = {name: sum(each.seconds.get(name, 0.0) for each in worked) for name in names}
    total = sum(by_step.values())
    return Measured(
        posts=posts,
        seconds=round(seconds, 2),
        posts_a_second=round(posts / seconds, 1),
        step_seconds={name: round(spent, 2) for name, spent in by_step.items()},
        shares={name: round(spent / total, 3) for name, spent in by_step.items()},
        peak_memory_mb=round(max(each.peak_memory_mb for each in worked), 1),
        log_entries=log_entries,
    )
