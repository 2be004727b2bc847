"""Databases at the newest schema: migrated once a process, and copied for each test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from records.database import open_engine
from records.schema import migrate, migrate_keys
from tests.support.postgres import PostgresServer

MAIN, KEYS = "aparte.db", "aparte-keys.db"
"""The files of an app whose settings name no other."""
POSTGRES_TEMPLATE = "migrated"


def sqlite_engine(path: Path) -> Engine:
    """An engine on a new file at `path` with the newest schema."""
    copy_database(path)
    return open_engine(f"sqlite:///{path}")


def subject_keys_engine(path: Path) -> Engine:
    """An engine on a new file at `path` with the newest schema of the subject keys."""
    shutil.copyfile(_migrated() / KEYS, path)
    return open_engine(f"sqlite:///{path}")


def copy_database(path: Path) -> None:
    """Put a file with the newest schema at `path`."""
    shutil.copyfile(_migrated() / MAIN, path)


def copy_databases(folder: Path) -> None:
    """Put both files into `folder`, where an app that opens finds nothing left to migrate."""
    for name in (MAIN, KEYS):
        shutil.copyfile(_migrated() / name, folder / name)


def postgres_database(server: PostgresServer, name: str) -> str:
    """The address of a new database with the newest schema."""
    return server.database(name, template=_migrated_on(server))


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="aparte-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, upgrade in ((MAIN, migrate), (KEYS, migrate_keys)):
        engine = open_engine(f"sqlite:///{folder / name}")
        upgrade(engine)
        # Closing the last connection moves everything into the file that is copied.
        engine.dispose()
    return folder


@cache
def _migrated_on(server: PostgresServer) -> str:
    engine = open_engine(server.database(POSTGRES_TEMPLATE))
    migrate(engine)
    engine.dispose()
    return POSTGRES_TEMPLATE
