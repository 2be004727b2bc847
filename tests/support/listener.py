"""A listener's database with one account, and the practice network as its first X account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine, text

from listener.ingest.intake import IngestResult, store_page
from listener.ingest.ports import IngestPorts
from listener.polling.poll import PollResult, poll_feed
from networks.credentials import XCredentials
from networks.protocol import FeedPage
from networks.x.network import open_x
from records.database import writing
from records.enums import Feed
from records.leases import new_claimant
from records.models import Account, Actor
from tests.support.attribution import outbox_attribution

ENDS_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LISTEN = Actor(tag="step:listen")


@dataclass(kw_only=True)
class IntakeSetup:
    """One account, its database, and what it was told was settled."""

    engine: Engine
    account: Account
    settled: list[int] = field(default_factory=list)

    def store(
        self, feed: Feed, page: FeedPage, *, now: datetime = ENDS_AT, on_answered_elsewhere: Any = None
    ) -> IngestResult:
        with writing(self.engine) as session:
            return store_page(
                session,
                account=self.account,
                feed=feed,
                page=page,
                ports=self.ports(now, on_answered_elsewhere),
                actor=LISTEN,
                now=now,
            )

    def poll(self, network: Any, feed: Feed, *, now: datetime, **changes: Any) -> PollResult:
        asked = {"claimant": new_claimant(), "poll_every": timedelta(0)} | changes
        return poll_feed(
            self.engine,
            network,
            account=self.account,
            feed=feed,
            actor=LISTEN,
            now=now,
            ports=self.ports(now),
            **asked,
        )

    def ports(self, now: datetime, on_answered_elsewhere: Any = None) -> IngestPorts:
        return IngestPorts(
            attribute=outbox_attribution(now),
            on_answered_elsewhere=on_answered_elsewhere or (lambda _, ids: self.settled.extend(ids)),
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
