"""Sample ledger entries, and ways to change what may not be changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from ledger.entry import Entry
from ledger.log import append
from records.database import writing

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def sample(number: int) -> Entry:
    return Entry(
        kind="step:decision:made",
        at=NOW + timedelta(seconds=number),
        actor="step:decide",
        mention_id=number,
        case_id=number % 3 or None,
        subject=f"subject-{number}",
        body={"rule": "opinión", "p": 0.25, "n": number},
        sealed="v1.abc",
    )


def append_samples(engine: Engine, size: int, *, batch: int = 4) -> None:
    for start in range(0, size, batch):
        with writing(engine) as session:
            append(session, [sample(number) for number in range(start, min(start + batch, size))])


def tamper(engine: Engine, statement: str, **values: object) -> None:
    """Change the log as somebody with the database file could: without its triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only"))
        else:
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS ledger_entry_no_{change}"))
        connection.execute(text(statement), values)
