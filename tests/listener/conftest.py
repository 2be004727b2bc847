"""Databases with one account, and a practice network whose clock stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine

from networks.credentials import XCredentials
from records.database import writing
from records.models import Account
from records.tables.service import AccountRow
from sandbox.options import SandboxOptions
from sandbox.server import running
from tests.support.databases import sqlite_engine
from tests.support.listener import ENDS_AT, IntakeSetup, Practice


@pytest.fixture
def intake_of(tmp_path: Path) -> Iterator[Callable[..., IntakeSetup]]:
    """Make a migrated database with one account."""
    made: list[Engine] = []

    def make(account: Account | None = None) -> IntakeSetup:
        path = tmp_path / f"aparte-{len(made)}.db"
        engine = sqlite_engine(path)
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
        return IntakeSetup(engine=engine, account=account)

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def intake(intake_of: Callable[..., IntakeSetup]) -> IntakeSetup:
    """A database with one account."""
    return intake_of()


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
