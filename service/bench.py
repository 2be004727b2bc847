"""Measures the way of a post from an HTTP page to a stored decision and its log entry."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.tables.ledger import LedgerEntryRow
from records.tables.service import DecisionRow
from service.children import Children, free_port
from service.demo.home import prepare_home, read_accounts, write_settings
from service.demo.practice import Practice
from service.house import House, open_house
from service.round import Step
from service.settings import load_settings
from service.steps.assess import assess
from service.steps.decide import decide
from service.steps.listen import listen

SPAN = timedelta(minutes=30)
"""All posts fall within it: none is too old to be answered."""
FIRST_POST = datetime(2026, 9, 1, 9, tzinfo=UTC)
"""The practice network moves all dates, so that the last one is now."""
STEPS: dict[str, Step] = {"listen": listen, "assess": assess, "decide": decide}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Figures of one run."""

    posts: int
    seconds: dict[str, float]
    """By step."""
    posts_a_second: float
    shares: dict[str, float]
    peak_memory_mb: float
    """Largest resident set of the measuring process; the practice network is another one."""
    log_entries: int

    def as_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self))


def measure(posts: int, *, folder: Path, classifier: str) -> Measured:
    """Serve `posts` posts from a practice network without limits, and take each to its decision."""
    home = prepare_home(folder)
    file = folder / "posts.jsonl"
    write_posts(file, posts)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with Children(home.logs) as children:
        arguments = ["sandbox", "--port", str(port), "--posts", str(file), "--no-limits", "--stepped"]
        children.start("sandbox", arguments, answers_at=f"{address}/_clock")
        practice = Practice(address)
        accounts = read_accounts(practice.accounts(), address)
        write_settings(home, accounts, base_url=address, room_port=1, dashboard_port=1, classifier=classifier)
        house = open_house(load_settings(home.settings_file))
        try:
            house.judge.warm_up()
            practice.wait(int(SPAN.total_seconds()) + 120)
            return _measured(posts, {name: _timed(house, step) for name, step in STEPS.items()}, _entries(house))
        finally:
            house.close()
            practice.close()


def write_posts(file: Path, count: int) -> None:
    """Write a posts file of the cast's texts, each with a number of its own, by ten times fewer people than posts."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(count))


def _rows(count: int) -> Iterator[dict[str, object]]:
    source = resources.files("sandbox").joinpath("cast", "posts.jsonl").read_text(encoding="utf-8")
    cast = [json.loads(line) for line in source.splitlines()]
    begin, apart = FIRST_POST, SPAN / count
    for number, post in enumerate(islice(cycle(cast), count)):
        yield {
            "id": str(number),
            "text": f"{post['text']} ({number})",
            "author": f"person{number % max(1, count // 10)}",
            "lang": post["lang"],
            "brand": post["brand"],
            "created_at": (begin + apart * number).isoformat(),
        }


def _timed(house: House, step: Step) -> float:
    begun = time.perf_counter()
    while step(house, now=house.clock.now()):
        pass
    return time.perf_counter() - begun


def _entries(house: House) -> tuple[int, int]:
    with reading(house.engine) as session:
        decided = session.execute(
            select(func.count(col(DecisionRow.id))).where(col(DecisionRow.superseded_at).is_(None))
        ).scalar_one()
        return decided, session.execute(select(func.count(col(LedgerEntryRow.index)))).scalar_one()


def _measured(posts: int, seconds: dict[str, float], stored: tuple[int, int]) -> Measured:
    decided, entries = stored
    total = sum(seconds.values())
    if decided != posts:
        raise RuntimeError(f"{posts} posts were served and {decided} decided: the figures would mean nothing.")
    return Measured(
        posts=posts,
        seconds={name: round(spent, 2) for name, spent in seconds.items()},
        posts_a_second=round(posts / total, 1),
        shares={name: round(spent / total, 3) for name, spent in seconds.items()},
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        log_entries=entries,
    )
