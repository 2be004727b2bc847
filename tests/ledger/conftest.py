from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from records.database import open_engine
from tests.support import databases


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """For what only SQLite lets happen: it keeps any bytes in any column."""
    engine = databases.sqlite_engine(tmp_path / "loose.db")
    yield engine
    engine.dispose()
