from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from records.database import open_engine
from records.schema import migrate, migrate_keys


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'people.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def keys_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    migrate_keys(engine)
    yield engine
    engine.dispose()
