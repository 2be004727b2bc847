"""A practice network that stands still, and its first account opened as X."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from networks.credentials import XCredentials
from networks.protocol import Network
from networks.x.network import open_x
from records.models import Account
from sandbox.options import SandboxOptions
from sandbox.server import running

ENDS_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROWS = (
    {"id": "1", "text": "@acme mi tarjeta no funciona & nadie contesta <hola>", "author": "ana", "brand": "acme"},
    {"id": "2", "text": "mirad https://example.org/a?b=1&c=2 @acme", "author": "luis", "brand": "acme"},
    {"id": "3", "text": "acme abre una oficina", "author": "eva", "brand": "acme"},
    {"id": "4", "text": "lo vemos", "author": "acme", "brand": "acme", "inbound": False, "in_reply_to": "1"},
    {"id": "5", "text": "gracias", "author": "ana", "brand": "acme", "in_reply_to": "4"},
)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """The running sandbox and what is known of its first account."""

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

    def truth(self) -> dict[str, Any]:
        return dict(self.http.get("/_truth").json())

    def open(self, **changes: Any) -> Network:
        options = {"base_url": self.base_url, "timeout_seconds": 15.0, "search_lag": timedelta(0)} | changes
        credentials = options.pop("credentials", self.credentials)
        return open_x(self.account, credentials, **options)


@pytest.fixture
def practice_of(tmp_path: Path) -> Iterator[Callable[..., Practice]]:
    """Start a sandbox on given rows; stopped at the end of the test."""
    open_ones: list[Any] = []

    def start(rows: Any = ROWS, **changes: Any) -> Practice:
        posts = tmp_path / "posts.jsonl"
        posts.write_bytes("\n".join(json.dumps(row) for row in rows).encode())
        options = SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT, **changes)
        context = running(options)
        base_url = context.__enter__()
        http = httpx.Client(base_url=base_url, trust_env=False)
        open_ones.append((context, http))
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
        return Practice(base_url=base_url, account=account, credentials=credentials, http=http)

    yield start
    for context, http in open_ones:
        http.close()
        context.__exit__(None, None, None)


@pytest.fixture
def practice(practice_of: Callable[..., Practice]) -> Practice:
    """The five posts, all visible, an hour after the last."""
    found = practice_of()
    found.advance(3600 * 3)
    return found
