"""Engines and transactions, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

BUSY_TIMEOUT_MS = 15_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class DatabaseUnusableError(Exception):
    """The database cannot be opened; the message says what to do."""


def open_engine(url: str) -> Engine:
    """Open the database at `url` (`sqlite:///path` or `postgresql+psycopg://...`).

    SQLite runs with WAL, a busy timeout, foreign keys and secure_delete; its write transactions begin
    IMMEDIATE, so that a writer waits for its turn instead of failing half-way.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, json_serializer=_to_json, json_deserializer=orjson.loads, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url, json_serializer=_to_json, json_deserializer=orjson.loads, hide_parameters=True, pool_pre_ping=True
    )


def existing_engine(url: str) -> Engine:
    """Open a database that must be there already: reading it must not make an empty one.

    Raises DatabaseUnusableError where the SQLite file does not exist.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        raise DatabaseUnusableError(
            f"There is no database {address.database}: run `aparte demo` or `aparte run` first."
        )
    return open_engine(url)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads. What it loaded may be used after it has ended."""
    with Session(engine, expire_on_commit=False) as session:
        session.connection(execution_options={"aparte_reads": True})
        yield session


@contextmanager
def writing(engine: Engine, *, in_turn: str | None = None) -> Iterator[Session]:
    """A short write transaction: commits at the end of the block, rolls back on any exception.

    No HTTP inside; the ledger entry is appended as the last statement. Transactions `in_turn` under one name come one
    after the other, so that those which touch many rows in no common order cannot lock each other out; on SQLite all
    do.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.connection()
        if in_turn is not None and not is_sqlite(session):
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(in_turn, 0))))
        yield session


def is_sqlite(session: Session) -> bool:
    """True where the session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def sanitise_text(text: str) -> str:
    """The text with U+FFFD for what cannot be stored: NUL in PostgreSQL, lone surrogates in both databases."""
    if text.isascii():
        return text.replace("\x00", "\ufffd")
    return _UNSTORABLE.sub("\ufffd", text)


def is_storable(text: str) -> bool:
    """True where `sanitise_text` would change nothing."""
    return _UNSTORABLE.search(text) is None


def check_opens(engine: Engine) -> None:
    """Read from the database once.

    Raises DatabaseUnusableError, with what to do, where the file is no database or the server does not answer.
    """
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
                _check_sqlite_integrity(connection)
            else:
                connection.exec_driver_sql("SELECT 1")
    except DatabaseError as error:
        raise DatabaseUnusableError(_advice(engine, error)) from error


def _check_sqlite_integrity(connection: Connection) -> None:
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        where = connection.engine.url.database
        raise DatabaseUnusableError(f"The database {where} is damaged ({found}): put a backup in its place.")


def _advice(engine: Engine, error: DatabaseError) -> str:
    where = engine.url.render_as_string(hide_password=True)
    first_line = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    if engine.dialect.name == "sqlite":
        parent = Path(engine.url.database or ".").parent
        if not parent.exists():
            return f"The folder {parent} of the database does not exist: make it, or change [service] database."
        return (
            f"The file {engine.url.database} cannot be read as a database ({first_line}): "
            "put a backup in its place, or move it away to start anew."
        )
    return f"The database {where} does not answer ({first_line}): check that it runs and [service] database."


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("aparte_reads", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
