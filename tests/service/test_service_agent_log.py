"""Adding staff and changing what they may do is written into the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from ledger.verification import verify
from records.database import reading, writing
from records.enums import Role
from records.tables.ledger import LedgerEntryRow
from service.desk.agents import AgentRefusedError, add_agent
from tests.support.databases import sqlite_engine

NOW = datetime(2026, 9, 18, 12, tzinfo=UTC)
PASSWORD = "a-long-enough-password"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "aparte.db")
    yield engine
    engine.dispose()


def add(engine: Engine, *roles: Role, password: str = PASSWORD) -> int:
    with writing(engine) as session:
        agent = add_agent(
            session,
            email="Ana@marca.example",
            name="Ana Prieto",
            password=password,
            roles=frozenset(roles),
            languages=("es",),
            now=NOW,
        )
    return agent.id


def logged(engine: Engine) -> list[LedgerEntryRow]:
    with reading(engine) as session:
        assert verify(session).sound
        return list(session.execute(select(LedgerEntryRow).order_by(col(LedgerEntryRow.index))).scalars())


def test_an_added_agent_and_changed_roles_are_logged_by_number(engine: Engine) -> None:
    number = add(engine, Role.AGENT)
    add(engine, Role.AGENT, Role.SUPERVISOR)
    added, changed = logged(engine)
    assert (added.kind, changed.kind) == ("agent:account:added", "agent:account:changed")
    assert json.loads(added.body)["actor"] == json.loads(changed.body)["actor"] == "operator"
    assert json.loads(added.body)["body"] == {"agent": number, "roles": ["agent"]}
    assert json.loads(changed.body)["body"] == {
        "agent": number,
        "roles": ["agent", "supervisor"],
        "roles_before": ["agent"],
    }


def test_neither_name_nor_address_nor_password_is_in_the_log(engine: Engine) -> None:
    add(engine, Role.AGENT)
    (entry,) = logged(engine)
    told = entry.body.casefold()
    assert not any(secret.casefold() in told for secret in (PASSWORD, "ana@", "prieto", "scrypt"))


def test_a_refused_agent_leaves_no_entry(engine: Engine) -> None:
    with pytest.raises(AgentRefusedError):
        add(engine, Role.AGENT, password="short")
    assert logged(engine) == []
