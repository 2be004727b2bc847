"""Bulk statements that SQLite and PostgreSQL both take. Each is built once: building one costs more than running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Executable, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from records.database import is_sqlite

T = TypeVar("T")

MOST_VALUES = 500
"""Values in one IN list: within the bounds of both databases."""

VALUES: BindParameter[Any] = bindparam("values", expanding=True)
"""In a statement for `fetch_by` or `execute_by`: the values that one part of them holds, as in `column.in_(VALUES)`."""

Changes = Callable[[Any], Mapping[str, object]]
"""Given the row that was to be inserted, the columns that the existing row takes over, with their values."""


def add_missing(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]], *, unique: Sequence[str]
) -> None:
    """Insert the rows whose `unique` columns are not taken; leave the others as they are."""
    if not rows:
        return
    statement = _insert_missing(table, tuple(unique), is_sqlite(session))
    session.connection().execute(statement, list(rows))


def upsert(
    session: Session,
    table: type[SQLModel],
    rows: Sequence[Mapping[str, object]],
    *,
    unique: Sequence[str],
    changes: Changes,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Insert the rows; one whose `unique` columns are taken changes the existing row, unless `where` is false for it.

    All rows have the same columns. `changes` and `where` are made once, at module level: the statement is kept by them.
    """
    if not rows:
        return
    statement = _insert_or_change(table, tuple(unique), changes, where, is_sqlite(session))
    session.connection().execute(statement, list(rows))


def fetch_by(session: Session, statement: Executable, values: Sequence[T], **asked: object) -> list[Any]:
    """The rows of a statement with `VALUES` in it, for any number of values; `asked` are its other parameters."""
    found: list[Any] = []
    for part in parts(values):
        found += session.connection().execute(statement, {"values": part, **asked})
    return found


def execute_by(session: Session, statement: Executable, values: Sequence[T], **asked: object) -> None:
    """Execute a statement with `VALUES` in it, which returns no rows, for any number of values."""
    for part in parts(values):
        session.connection().execute(statement, {"values": part, **asked})


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in lists that fit one statement."""
    for start in range(0, len(values), MOST_VALUES):
        yield values[start : start + MOST_VALUES]


@cache
def _insert_missing(table: type[SQLModel], unique: tuple[str, ...], on_sqlite: bool) -> Executable:  # noqa: FBT001
    insert = sqlite.insert if on_sqlite else postgresql.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(unique))


@cache
def _insert_or_change(
    table: type[SQLModel],
    unique: tuple[str, ...],
    changes: Changes,
    where: ColumnElement[bool] | None,
    on_sqlite: bool,  # noqa: FBT001
) -> Executable:
    insert = sqlite.insert if on_sqlite else postgresql.insert
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(unique), set_=dict(changes(statement.excluded)), where=where
    )
