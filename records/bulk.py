"""Bulk statements that SQLite and PostgreSQL both take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from records.database import is_sqlite

T = TypeVar("T")

MOST_VALUES = 500
"""Values in one IN list: within the bounds of both databases."""


def add_missing(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]], *, unique: Sequence[str]
) -> None:
    """Insert the rows whose `unique` columns are not taken; leave the others as they are."""
    if not rows:
        return
    statement = _insert_missing(table, tuple(unique), is_sqlite(session))
    session.connection().execute(statement, list(rows))


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in lists that fit one statement."""
    for start in range(0, len(values), MOST_VALUES):
        yield values[start : start + MOST_VALUES]


@cache
def _insert_missing(table: type[SQLModel], unique: tuple[str, ...], on_sqlite: bool) -> Executable:  # noqa: FBT001
    insert = sqlite.insert if on_sqlite else postgresql.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(unique))
