"""Databases that every seed begins with: migrated, and with one agent who works in the app."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from records.database import open_engine, writing
from records.enums import Role
from records.schema import migrate
from service.desk.agents import add_agent
from tests.nemesis.population import BEGINS_AT
from tests.support.databases import MAIN, copy_databases


def make_template(folder: Path, *, database: str = "") -> Path:
    """Make the files that are copied for each seed; `database` is a server's database to fill in place of one."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_databases(folder)
    engine = open_engine(database or f"sqlite:///{folder / MAIN}")
    if database:
        migrate(engine)
    with writing(engine) as session:
        add_agent(
            session,
            email="agent@marca.example",
            name="Agent",
            password="a password of nobody",
            roles=frozenset(Role),
            languages=("es", "en"),
            now=BEGINS_AT - timedelta(days=1),
        )
    engine.dispose()
    return folder
