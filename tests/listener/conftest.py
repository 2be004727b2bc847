"""Databases with one account, and a practice network whose clock stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine, text

from listener.hearing import HeardFeed, hear
from listener.intake import store_page
from listener.stored import Stored
from networks.credentials import XCredentials
from networks.protocol import Page
from networks.x.network import open_x
from records.database import open_engine, writing
from records.leases import new_claimant
from records.nouns import Account, Actor
from records.schema import migrate
from records.tables.service import AccountRow
from records.words import Feed
from sandbox.options import SandboxOptions
from sandbox.server import running
from tests.listener.outbox import outbox

ENDS_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LISTEN = Actor(tag="step:listen")


@dataclass(kw_only=True)
class Ear:
    """One account, its database, and what it was told was settled."""

    engine: Engine
    account: Account
    settled: list[int] = field(default_factory=list)

    def store(self, feed: Feed, page: Page, *, now: datetime = ENDS_AT, on_settled: Any = None) -> Stored:
        with writing(self.engine) as session:
            return store_page(
                session,
                account=self.account,
                feed=feed,
                page=page,
                recognise=outbox(now),
                on_settled=on_settled or (lambda _, ids: self.settled.extend(ids)),
                actor=LISTEN,
                now=now,
            )

    def hear(self, network: Any, feed: Feed, *, now: datetime, **changes: Any) -> HeardFeed:
        asked = {
            "claimant": new_claimant(),
            "poll_every": timedelta(0),
            "on_settled": lambda _, ids: self.settled.extend(ids),
        } | changes
        return hear(
            self.engine,
            network,
            account=self.account,
            feed=feed,
            actor=LISTEN,
            now=now,
            recognise=outbox(now),
            **asked,
        )

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def forget(self) -> None:
        for table in ("own_post", "direct_message", "mention_account", "mention_revision", "mention", "identity"):
            self.run(f"DELETE FROM {table}")  # noqa: S608 - names of this list alone
        self.settled.clear()

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """The running sandbox and its first account."""

    base_url: str
    account: Account
    credentials: XCredentials
    http: httpx.Client

    def now(self) -> datetime:
        return datetime.fromisoformat(self.http.get("/_clock").json()["now"])

    def advance(self, seconds: float) -> datetime:
        self.http.post("/_clock", json={"advance_seconds": seconds}).raise_for_status()
        return self.now()

    def tell(self, door: str, **told: Any) -> dict[str, Any]:
        answer = self.http.post(door, json=told)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def open(self, **changes: Any) -> Any:
        options = {"base_url": self.base_url, "timeout_seconds": 5.0, "search_lag": timedelta(0)} | changes
        return open_x(self.account, options.pop("credentials", self.credentials), **options)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once."""
    path = tmp_path_factory.mktemp("migrated") / "aparte.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def ear_of(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Ear]]:
    """Make a migrated database with one account."""
    made: list[Engine] = []

    def make(account: Account | None = None) -> Ear:
        path = tmp_path / f"aparte-{len(made)}.db"
        shutil.copy(migrated, path)
        engine = open_engine(f"sqlite:///{path}")
        made.append(engine)
        account = account or Account(
            id=1,
            name="acme-x",
            network="x",
            brand="acme",
            external_id="1001",
            handle="acme",
            connected_at=ENDS_AT - timedelta(days=1),
        )
        with writing(engine) as session:
            session.add(
                AccountRow(
                    id=account.id,
                    name=account.name,
                    network=account.network,
                    brand=account.brand,
                    market="ES",
                    languages=["es"],
                    external_id=account.external_id,
                    handle=account.handle,
                    connected_at=account.connected_at,
                )
            )
        return Ear(engine=engine, account=account)

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def ear(ear_of: Callable[..., Ear]) -> Ear:
    """A database with one account."""
    return ear_of()


@pytest.fixture
def practice_of(tmp_path: Path) -> Iterator[Callable[..., Practice]]:
    """Start a sandbox on given rows; stopped at the end of the test."""
    with ExitStack() as stack:

        def start(rows: Any, *, seconds_on: float = 86_400, **changes: Any) -> Practice:
            posts = tmp_path / "posts.jsonl"
            posts.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
            options = SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT, **changes)
            base_url = stack.enter_context(running(options))
            http = stack.enter_context(httpx.Client(base_url=base_url, trust_env=False, timeout=30))
            told = http.get("/_accounts").json()[0]
            account = Account(
                id=1,
                name="acme-x",
                network="x",
                brand=told["brand"],
                external_id=str(told["external_id"]),
                handle=told["handle"],
                connected_at=datetime.fromisoformat(http.get("/_clock").json()["now"]),
            )
            names = ("bearer_token", "api_key", "api_secret", "access_token", "access_token_secret")
            credentials = XCredentials(**{name: told[name] for name in names})
            found = Practice(base_url=base_url, account=account, credentials=credentials, http=http)
            found.advance(seconds_on)
            return found

        yield start
