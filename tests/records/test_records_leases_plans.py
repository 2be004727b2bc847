"""Due work is found through the small indexes over due rows, however large the table has grown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlmodel import SQLModel, col

from records.database import writing
from records.enums import ReplyStatus
from records.leases import DueRows
from records.tables.listener import DirectMessageRow, MentionAccountRow, MentionRevisionRow
from records.tables.replies import ReplyRow
from replies.lifecycle import OUTSTANDING
from tests.support.databases import sqlite_engine

NOW = datetime(2026, 9, 18, 12, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "aparte.db")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("table", "due", "index"),
    [
        (MentionRevisionRow, MentionRevisionRow.assess_due_at, "mention_revision_due"),
        (MentionAccountRow, MentionAccountRow.decide_due_at, "mention_account_due"),
        (DirectMessageRow, DirectMessageRow.answer_due_at, "direct_message_due"),
        (ReplyRow, ReplyRow.due_at, "reply_due"),
    ],
)
def test_claiming_reads_only_rows_that_are_due(engine: Engine, table: type[SQLModel], due: Any, index: str) -> None:
    where = [OUTSTANDING, col(ReplyRow.status) == ReplyStatus.APPROVED] if table is ReplyRow else []
    asked: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Connection, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    with writing(engine) as session:
        DueRows(table, due=col(due), where=where).claim(session, claimant="host:1:a", now=NOW, most=5)
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 2
    for statement, values in asked:
        assert f"USING INDEX {index}" in plan(engine, statement, values)


def plan(engine: Engine, statement: str, values: Any) -> str:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(row[3]) for row in rows)
