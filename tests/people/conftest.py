from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.databases import sqlite_engine, subject_keys_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "people.db")
    yield engine
    engine.dispose()


@pytest.fixture
def keys_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = subject_keys_engine(tmp_path / "keys.db")
    yield engine
    engine.dispose()
