"""Runs `aparte run` beside a practice network that fails, for half an hour, and measures what grows and what waits.

Run by hand: `.venv/bin/python benchmarks/soak.py --minutes 30 --per-second 20 --faults 7`.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import requests
import typer

from networks.x.network import SEARCH_LAG
from records.enums import Feed
from service.demo.home import Home, prepare_home, read_accounts, write_settings
from service.operations.child_processes import ChildProcesses, free_port
from service.wiring.settings import child_environment, load_settings

SAMPLE_SECONDS = 10
LINGER_SECONDS = 90
"""After the last post, so that what is on its way arrives."""
ASKED_TO_WAIT = timedelta(seconds=60)
"""What a 429 of the practice network names where no spell stands."""
MINUTES = timedelta(seconds=60)
"""Meta names whole minutes, rounded up."""
SHUT_OUT = ("token_expired", "suspended")
"""Failures that close an account for a while."""
ASKS_TO_WAIT = ("storm", "status:429")
"""Failures that close a feed for a while, where they meet a call that reads it."""
READS = {
    "facebook comments": re.compile(r"/(published_posts|ads_posts|[0-9_]+)$"),
    "instagram comments": re.compile(r"/(media|[0-9_]+)$"),
    "x mentions": re.compile(r"/mentions$"),
    "x search": re.compile(r"/search/recent$"),
}
"""The calls that read each feed. All other failures are part of an ordinary day."""
CATCHING_UP = 30
"""Seconds after a missed span was read again, in which its posts are still ahead of the newest ones."""
FIFTHS = 5
"""The first fifth of a run fills caches and loads models; growth is measured after it."""
NETWORKS = ("x", "facebook", "x", "instagram", "x")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the process held at one moment."""

    seconds: float
    threads: int
    files: int
    memory_mb: float


@dataclass(frozen=True, kw_only=True)
class Waited:
    """Seconds from shown to decided, but for spells in which the network let nobody in, or asked to wait.

    A tenth of the posts is shown up to a minute after its date; X shows none to a search that is not ten seconds old.
    """

    posts: int
    left_out: int
    """Posts that were shown in such a spell."""
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, kw_only=True)
class Soaked:
    """Figures of one run."""

    minutes: float
    posts: int
    stored: int
    decided: int
    sent: int
    faults: int
    waited: dict[str, Waited]
    """By network and feed."""
    threads: tuple[int, int]
    """Fewest and most after the first fifth of the run."""
    files: tuple[int, int]
    memory_mb: tuple[float, ...]
    """Median of each fifth of the run."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the practice network tells of a run."""

    outages: Mapping[tuple[str, str], Sequence[tuple[float, float]]]
    """By account and feed, in epoch seconds."""
    late: Mapping[str, float]
    """By post: seconds from its date until it was shown."""
    faults: int


def main(
    minutes: float = 30,
    per_second: float = 20,
    faults: Annotated[int | None, typer.Option(help="Seed of the failures; left out: none.")] = 7,
    poll_seconds: int = 10,
    home: Annotated[Path | None, typer.Option(help="Left out: a folder that is removed.")] = None,
    *,
    limits: Annotated[bool, typer.Option(help="Whether the networks' allowances hold.")] = True,
) -> None:
    """Measure, and print the figures as JSON."""
    with tempfile.TemporaryDirectory(prefix="aparte-soak-") as folder:
        soaked = soak(
            home or Path(folder),
            minutes=minutes,
            per_second=per_second,
            faults=faults,
            poll_seconds=poll_seconds,
            limits=limits,
        )
    typer.echo(json.dumps(asdict(soaked), indent=2))


def soak(
    folder: Path, *, minutes: float, per_second: float, faults: int | None, poll_seconds: int, limits: bool
) -> Soaked:
    """Play `per_second` posts a second for so many minutes and take each to its decision."""
    home = prepare_home(folder)
    count = int(minutes * 60 * per_second)
    file = folder / "posts.jsonl"
    write_posts(file, count, apart=timedelta(seconds=1 / per_second))
    with ChildProcesses(home.logs) as practice:
        address = _start_practice(practice, file, minutes=minutes, faults=faults, limits=limits)
        offered = requests.get(f"{address}/_accounts", timeout=60).text
        write_settings(
            home,
            read_accounts(offered, address),
            base_url=address,
            room_port=1,
            dashboard_port=1,
            classifier="fast",
        )
        _poll_every(home, poll_seconds)
        samples = _run(home, seconds=minutes * 60 + LINGER_SECONDS)
        carried_out = requests.get(f"{address}/_faults", timeout=60).json()["carried_out"]
        posts = requests.get(f"{address}/_truth", timeout=60).json()["posts"]
    told = Told(
        outages=_outages(carried_out, lasting=poll_seconds),
        late={post["id"]: post["late"] for post in posts},
        faults=len(carried_out),
    )
    return _figures(home, samples, told, minutes=minutes, posts=count)


def write_posts(file: Path, count: int, *, apart: timedelta) -> None:
    """Write the cast's texts, each numbered, over all networks, so far `apart`."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(count, apart))


def _rows(count: int, apart: timedelta) -> Iterator[dict[str, object]]:
    source = resources.files("sandbox").joinpath("cast", "posts.jsonl").read_text(encoding="utf-8")
    cast = [json.loads(line) for line in source.splitlines()]
    begins = datetime(2026, 9, 1, 9, tzinfo=UTC)
    ours = {network: f"ours-{network}" for network in ("facebook", "instagram")}
    for network, identifier in ours.items():
        yield _row(identifier, "Hoy atendemos hasta las 20 h.", begins, network, inbound=False, author="marca")
    for number, post in enumerate(islice(cycle(cast), count)):
        network = NETWORKS[number % len(NETWORKS)]
        text = f"{'@marca ' if network == 'x' and post.get('summons', True) else ''}{post['text']} ({number})"
        yield _row(
            str(number),
            text,
            begins + apart * (number + 1),
            network,
            author=f"person{number % max(1, count // 10)}",
            in_reply_to=ours.get(network),
            lang=post["lang"],
        )


def _row(identifier: str, text: str, at: datetime, network: str, **more: object) -> dict[str, object]:
    told = {"id": identifier, "text": text, "created_at": at.isoformat(), "network": network, "brand": "marca"}
    return {"inbound": True, "lang": "es", **told, **more}


def _start_practice(children: ChildProcesses, file: Path, *, minutes: float, faults: int | None, limits: bool) -> str:
    port = free_port()
    arguments = ["sandbox", "--port", str(port), "--posts", str(file), "--play-minutes", str(minutes)]
    if not limits:
        arguments.append("--no-limits")
    if faults is not None:
        arguments += ["--faults", str(faults)]
    children.start("sandbox", arguments, answers_at=f"http://127.0.0.1:{port}/_clock")
    return f"http://127.0.0.1:{port}"


def _poll_every(home: Home, seconds: int) -> None:
    written = home.settings_file.read_text(encoding="utf-8")
    home.settings_file.write_text(written.replace("poll_seconds = 30", f"poll_seconds = {seconds}"), encoding="utf-8")


def _run(home: Home, *, seconds: float) -> list[Sample]:
    environment = child_environment(load_settings(home.settings_file))
    with (home.logs / "run.log").open("ab") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "run", "--config", str(home.settings_file)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        began = time.monotonic()
        samples: list[Sample] = []
        try:
            while (passed := time.monotonic() - began) < seconds and service.poll() is None:
                samples.append(_sample(service.pid, passed))
                time.sleep(SAMPLE_SECONDS)
        finally:
            service.terminate()
            service.wait(timeout=60)
    return samples


def _sample(pid: int, seconds: float) -> Sample:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return Sample(
        seconds=round(seconds, 1),
        threads=int(status["Threads"]),
        files=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        memory_mb=round(int(status["VmRSS"].split()[0]) / 1024, 1),
    )


def _figures(home: Home, samples: Sequence[Sample], told: Told, *, minutes: float, posts: int) -> Soaked:
    size = math.ceil(len(samples) / FIFTHS)
    fifths = [samples[first : first + size] for first in range(0, len(samples), size)]
    settled = [sample for fifth in fifths[1:] for sample in fifth]
    with closing(sqlite3.connect(f"file:{home.folder / 'aparte.db'}?mode=ro", uri=True)) as database:
        return Soaked(
            minutes=minutes,
            posts=posts,
            stored=_count(database, "SELECT count(*) FROM mention"),
            decided=_count(database, "SELECT count(*) FROM decision WHERE superseded_at IS NULL"),
            sent=_count(database, "SELECT count(*) FROM reply WHERE status = 'sent'"),
            faults=told.faults,
            waited=_waited(database, told),
            threads=(min(each.threads for each in settled), max(each.threads for each in settled)),
            files=(min(each.files for each in settled), max(each.files for each in settled)),
            memory_mb=tuple(statistics.median(each.memory_mb for each in fifth) for fifth in fifths),
        )


def _outages(
    carried_out: Sequence[Mapping[str, str]], *, lasting: int
) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """By account and feed: spans from a poll before each failure that closed it until two after the wait it named."""
    spans: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for fault in carried_out:
        closed = [feed for feed, reads in READS.items() if _closes(fault["kind"], reads.search(fault["path"]))]
        if not closed or not fault["at"]:
            continue
        at = datetime.fromisoformat(fault["at"])
        until = datetime.fromisoformat(fault["until"]) if fault["until"] else at + ASKED_TO_WAIT
        told = until if fault["path"].startswith("/2/") else until + MINUTES
        for feed in closed:
            span = (at.timestamp() - lasting, told.timestamp() + 2 * lasting)
            spans.setdefault((fault["account"], feed), []).append(span)
    return spans


def _closes(kind: str, reads: object) -> bool:
    return kind in SHUT_OUT or (kind in ASKS_TO_WAIT and reads is not None)


def _waited(database: sqlite3.Connection, told: Told) -> dict[str, Waited]:
    rows = database.execute(
        "SELECT mention.network, mention_account.feed, account.external_id, mention.external_id,"
        " (julianday(mention.published_at) - 2440587.5) * 86400, (julianday(decision.made_at) - 2440587.5) * 86400"
        " FROM decision JOIN mention ON mention.id = decision.mention_id"
        " JOIN account ON account.id = decision.account_id"
        " JOIN mention_account ON mention_account.mention_id = mention.id"
        " AND mention_account.account_id = decision.account_id WHERE decision.revision = 1"
    )
    shut_out = _shut_out(database)
    seconds: dict[str, list[float]] = {}
    left_out: Counter[str] = Counter()
    for network, feed, account, post, published_at, decided_at in rows:
        name = f"{network} {feed}"
        hidden = SEARCH_LAG.total_seconds() if (network, feed) == ("x", Feed.SEARCH) else 0.0
        shown_at = published_at + told.late.get(post, 0.0) + hidden
        spans = (*told.outages.get((account, name), ()), *shut_out.get(account, ()))
        if any(begins <= shown_at <= ends for begins, ends in spans):
            left_out[name] += 1
        else:
            seconds.setdefault(name, []).append(decided_at - shown_at)
    return {name: _spread(found, left_out=left_out[name]) for name, found in sorted(seconds.items())}


def _shut_out(database: sqlite3.Connection) -> dict[str, list[tuple[float, float]]]:
    """By account: spans in which its network did not let it in, as Aparte itself wrote them down."""
    rows = database.execute(
        "SELECT account.external_id, (julianday(gap.since) - 2440587.5) * 86400,"
        " (julianday(coalesce(gap.recovered_at, gap.until)) - 2440587.5) * 86400"
        " FROM gap JOIN account ON account.id = gap.account_id WHERE gap.cause = 'outage'"
    )
    spans: dict[str, list[tuple[float, float]]] = {}
    for account, begins, ends in rows:
        spans.setdefault(account, []).append((begins, ends + CATCHING_UP))
    return spans


def _spread(seconds: list[float], *, left_out: int) -> Waited:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
    return Waited(
        posts=len(seconds), left_out=left_out, p50=round(cuts[49], 1), p95=round(cuts[94], 1), p99=round(cuts[98], 1)
    )


def _count(database: sqlite3.Connection, query: str) -> int:
    (found,) = database.execute(query).fetchone()
    return int(found)


if __name__ == "__main__":
    typer.run(main)
