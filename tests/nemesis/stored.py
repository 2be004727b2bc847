"""The service's database, read past the service."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Protocol

import psycopg


class Stored(Protocol):
    """The service's database, read past the service."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a SELECT without parameters gives."""
        ...

    def tables(self) -> list[str]:
        """The names of all tables."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_stored(folder: Path, database: str) -> Stored:
    """Read `database`, which for SQLite is a file in `folder`."""
    if database.startswith("sqlite"):
        return _Sqlite(folder / database.rpartition("/")[2])
    return _Postgres(database.replace("postgresql+psycopg://", "postgresql://"))


class _Sqlite:
    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=15)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def tables(self) -> list[str]:
        return [name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def close(self) -> None:
        self._connection.close()


class _Postgres:
    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode()).fetchall()

    def tables(self) -> list[str]:
        return [name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    def close(self) -> None:
        self._connection.close()
