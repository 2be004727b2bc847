"""Brings a database to the newest schema; an empty one is made the same way."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, func, select
from sqlmodel import SQLModel

from records.tables import cases, ledger, listener, people, replies, room, rules, service
from records.tables.subject_keys import KeyModel

TABLE_MODULES = (cases, ledger, listener, people, replies, room, rules, service)

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Upgrade the main database to the revision `to`."""
    _upgrade(engine, versions=_MIGRATIONS / "versions", metadata=SQLModel.metadata, to=to)


def migrate_keys(engine: Engine, *, to: str = "head") -> None:
    """Upgrade the database of subject keys to the revision `to`."""
    _upgrade(engine, versions=_MIGRATIONS / "keys", metadata=KeyModel.metadata, to=to)


def migrations_folder() -> Path:
    """Where the migrations lie."""
    return _MIGRATIONS


def configuration(*, versions: Path, metadata: MetaData) -> Config:
    """Alembic's settings for one of the two lines of migrations."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = metadata
    return config


def _upgrade(engine: Engine, *, versions: Path, metadata: MetaData, to: str) -> None:
    config = configuration(versions=versions, metadata=metadata)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Held until the connection is given back: of two processes that start at once, one finds the work done.
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("migrate", 0))))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
