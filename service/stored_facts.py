"""The facts of stored decisions, read as fast as they can be: one column, parsed outside the ORM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session as PlainSession
from sqlmodel import Session, col

from records.tables.service import DecisionRow

PAGE = 2_000


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which stored decisions are looked at: those that stand, of these accounts, since a moment."""

    account_ids: tuple[int, ...]
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StoredFacts:
    """One stored decision, as far as it can be decided anew."""

    decision_id: int
    account_id: int
    made_at: datetime
    facts: Mapping[str, Mapping[str, Any]]
    """`{name: {"value": ..., "source": ...}}`, as the row keeps them."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of decisions by id, the first left out and the last included."""

    after: int
    until: int


def spans_of(session: Session, selection: Selection, parts: int) -> tuple[int, list[Span]]:
    """How many decisions are selected, and stretches that hold about as many each."""
    number = col(DecisionRow.id)
    count, first, last = session.execute(
        select(func.count(), func.min(number), func.max(number)).where(*_chosen(selection))
    ).one()
    if not count:
        return 0, []
    width = (last - first) // parts + 1
    return count, [Span(after=first - 1 + width * part, until=first - 1 + width * (part + 1)) for part in range(parts)]


def read_stored(session: PlainSession, selection: Selection, span: Span) -> Iterator[StoredFacts]:
    """The decisions of one stretch, in the order in which they were made."""
    table = DecisionRow.__table__  # type: ignore[attr-defined]
    columns = (table.c.id, table.c.account_id, table.c.made_at, cast(table.c.facts, Text))
    after = span.after
    while True:
        query = (
            select(*columns)
            .where(*_chosen(selection), table.c.id > after, table.c.id <= span.until)
            .order_by(table.c.id)
            .limit(PAGE)
        )
        rows = session.connection().execute(query).all()
        for decision_id, account_id, made_at, facts in rows:
            yield StoredFacts(
                decision_id=decision_id, account_id=account_id, made_at=made_at, facts=orjson.loads(facts)
            )
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _chosen(selection: Selection) -> Sequence[Any]:
    conditions: list[Any] = [
        col(DecisionRow.superseded_at).is_(None),
        col(DecisionRow.account_id).in_(selection.account_ids),
    ]
    if selection.since is not None:
        conditions.append(col(DecisionRow.made_at) >= selection.since)
    return conditions
