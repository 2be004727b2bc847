"""Column shapes that several tables share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field


def json_column(*, nullable: bool = False) -> Any:
    """A field stored as JSON. In-place changes are not saved: assign a new value."""
    return Field(sa_column=Column(JSON, nullable=nullable))


def unique_where(name: str, *columns: str, where: str) -> Index:
    """A unique index over the rows that satisfy `where`, the same on SQLite and PostgreSQL."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


def index_where(name: str, *columns: str, where: str) -> Index:
    """An index over the few rows that satisfy `where`: how due work is found in a large table."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def claimed_by_field() -> Any:
    """Who holds the lease of a due row: `host:process:start`."""
    return Field(default=None, max_length=200)


def claimed_until_field() -> datetime | None:
    """Until when the lease of a due row is honoured."""
    return Field(default=None)  # type: ignore[no-any-return]
