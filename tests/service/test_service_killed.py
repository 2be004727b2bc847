"""Killed anywhere and run again, the service ends as if nothing had happened, and says nothing twice."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from ledger.verification import verify
from people.master_key import parse_master_key
from records.database import open_engine, reading
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow, DecisionRow
from service.demo.home import Home
from service.wiring.keys import verification_key
from service.wiring.settings import MASTER_KEY
from tests.support.crashes import PLACES, CrashPoint, run_child
from tests.support.postgres import PostgresServer
from tests.support.practice_home import ENDS_AT, PracticeHome, practice_home, write_posts

POSTS = 14
UNTIL = ENDS_AT + timedelta(minutes=14)
"""Long enough after the last post for people to react, and for doubts to be settled by two readings."""
SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 50))]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What must be equal however often the service died on the way."""

    mentions: tuple[tuple[str, str, str, str], ...]
    replies: tuple[tuple[str, str, str, str, str], ...]
    said: Counter[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Unbroken:
    """A run that nobody disturbed."""

    outcome: Outcome
    passed: dict[str, int]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    folder = tmp_path_factory.mktemp("unbroken")
    posts = write_posts(folder / "posts.jsonl", count=POSTS)
    with practice_home(folder / "home", posts=posts) as world:
        counts = folder / "counts.json"
        ended = run_child(world.home.settings_file, world.practice.base_url, until=UNTIL, kill=None, counts=counts)
        assert ended == 0
        return Unbroken(outcome=_outcome(world), passed=json.loads(counts.read_text(encoding="utf-8")))


def test_the_unbroken_run_has_something_to_lose(unbroken: Unbroken) -> None:
    assert len(unbroken.outcome.mentions) == POSTS
    assert len({action for _, _, action, _ in unbroken.outcome.mentions}) >= 3
    assert {slot for _, slot, _, _, _ in unbroken.outcome.replies} >= {"answer", "private"}
    assert sum(unbroken.outcome.said.values()) >= 5
    assert set(unbroken.passed) == set(PLACES)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_on_sqlite_and_run_again_it_ends_the_same(seed: int, unbroken: Unbroken, tmp_path: Path) -> None:
    _check(seed, unbroken, tmp_path, database=None)


@pytest.mark.postgres
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_on_postgresql_and_run_again_it_ends_the_same(
    seed: int, unbroken: Unbroken, tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.database(f"kill_{seed}")
    _check(seed + 1000, unbroken, tmp_path, database=database)


def _check(seed: int, unbroken: Unbroken, folder: Path, *, database: str | None) -> None:
    kill = _kill(seed, unbroken.passed)
    posts = write_posts(folder / "posts.jsonl", count=POSTS)
    with practice_home(folder / "home", posts=posts, database=database) as world:
        first = _run(world, folder, kill)
        assert first == -signal.SIGKILL, f"{kill} was never reached"
        assert _run(world, folder, None) == 0
        outcome = _outcome(world)
    assert outcome.mentions == unbroken.outcome.mentions, kill
    assert outcome.replies == unbroken.outcome.replies, kill
    assert outcome.said == unbroken.outcome.said, kill
    assert max(outcome.said.values()) == 1, kill


def _kill(seed: int, passed: dict[str, int]) -> CrashPoint:
    chance = random.Random(seed)
    place = PLACES[seed % len(PLACES)]
    return CrashPoint(place=place, nth=chance.randint(1, passed[place]))


def _run(world: PracticeHome, folder: Path, kill: CrashPoint | None) -> int:
    return run_child(
        world.home.settings_file, world.practice.base_url, until=UNTIL, kill=kill, counts=folder / "counts.json"
    )


def _outcome(world: PracticeHome) -> Outcome:
    engine = open_engine(world.settings.database)
    with reading(engine) as session:
        mentions = session.execute(
            select(col(MentionRow.external_id), col(AccountRow.name), col(DecisionRow.action), col(DecisionRow.rule))
            .join(DecisionRow, col(DecisionRow.mention_id) == col(MentionRow.id))
            .join(AccountRow, col(AccountRow.id) == col(DecisionRow.account_id))
            .where(col(DecisionRow.superseded_at).is_(None))
        ).all()
        replies = session.execute(
            select(
                col(MentionRow.external_id),
                col(ReplyRow.slot),
                col(ReplyRow.status),
                col(ReplyRow.text),
                col(ReplyRow.target_external_id),
            ).join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        ).all()
    with reading(engine) as session:
        _check_log(world.home, session)
    engine.dispose()
    truth = json.loads(world.practice.truth())
    said = Counter((reply["in_reply_to"], reply["text"]) for reply in truth["replies"])
    said.update((message["to"], "a private message") for message in truth["messages"])
    return Outcome(
        mentions=tuple(sorted(tuple(row) for row in mentions)),
        replies=tuple(sorted(tuple(row) for row in replies)),
        said=said,
    )


def _check_log(home: Home, session: object) -> None:
    secrets = (home.folder / "secrets.env").read_text(encoding="utf-8")
    key = parse_master_key(secrets.split(f"{MASTER_KEY}=")[1].splitlines()[0])
    found = verify(session, signing_keys=[verification_key(key)])  # type: ignore[arg-type]
    assert found.sound, found.problems
