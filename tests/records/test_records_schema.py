"""An empty database is made by migration, and every earlier revision can be brought to the newest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, bindparam, select, text
from sqlmodel import SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from records.database import open_engine
from records.schema import configuration, migrate, migrate_keys, migrations_folder
from records.tables.listener import MentionRow
from records.tables.subject_keys import KeyModel

_AT = bindparam("at", type_=UTCDateTime())
_IDENTITY = text(
    "INSERT INTO identity (id, network, external_id, subject, handle, display_name, biography, reach, declared_bot,"
    " first_heard_at, last_heard_at) VALUES (1, 'x', '7', 's', '', '', '', 0, false, :at, :at)"
).bindparams(_AT)
_MENTION = text(
    "INSERT INTO mention (id, network, external_id, kind, identity_id, root_external_id, media_urls, revision,"
    " published_at, heard_at) VALUES (:number, 'x', :number_text, 'post', 1, '1', '[]', 1, :at, :at)"
).bindparams(_AT)


def test_the_migrations_make_exactly_the_tables_of_the_models(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    migrate(engine)
    assert _differences(engine, SQLModel) == []
    engine.dispose()


def test_the_key_database_is_made_by_migration_too(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    migrate_keys(engine)
    assert _differences(engine, KeyModel) == []


def test_a_database_of_each_earlier_revision_is_brought_to_the_newest(empty_database_url: str) -> None:
    config = configuration(versions=migrations_folder() / "versions", metadata=SQLModel.metadata)
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert revisions
    for revision in reversed(revisions):
        engine = open_engine(empty_database_url)
        migrate(engine, to=revision)
        migrate(engine)
        assert _differences(engine, SQLModel) == []
        engine.dispose()


def test_what_was_heard_lately_is_asked_for_again_a_day_after_it_was_heard(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    migrate(engine, to="0001")
    now = datetime.now(UTC).replace(microsecond=123000)
    heard = {number: now - timedelta(days=days) for number, days in enumerate((2, 29, 31), start=1)}
    with engine.begin() as connection:
        connection.execute(_IDENTITY, {"at": now})
        connection.execute(
            _MENTION, [{"number": number, "number_text": str(number), "at": at} for number, at in heard.items()]
        )
    migrate(engine)
    with engine.connect() as connection:
        rows = connection.execute(select(col(MentionRow.id), col(MentionRow.check_due_at)))
        due = {row.id: row.check_due_at for row in rows}
    assert due == {1: heard[1] + timedelta(days=1), 2: heard[2] + timedelta(days=1), 3: None}
    engine.dispose()


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    migrate(engine)
    migrate(engine)
    assert _differences(engine, SQLModel) == []
    engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE ledger_entry SET kind = 'x'", "DELETE FROM ledger_entry"])
def test_the_database_itself_refuses_to_change_an_entry(empty_database_url: str, change: str) -> None:
    engine = open_engine(empty_database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            'INSERT INTO ledger_entry ("index", kind, at, body, leaf_hash) '
            "VALUES (0, 'k', '2026-01-01 00:00:00', '{}', '')"
        )
    with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql(change)
    engine.dispose()


def _differences(engine: Engine, model: type[SQLModel]) -> list[object]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), model.metadata))
