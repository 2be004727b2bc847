from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from people.subject_encryption import SubjectEncryption
from records.database import open_engine, writing
from tests.support.databases import sqlite_engine, subject_keys_engine
from tests.support.outbox import OutboxSetup, outbox_rows


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases, migrated once and copied for each test."""
    folder = tmp_path_factory.mktemp("furnished")
    engine = sqlite_engine(folder / "aparte.db")
    keys_engine = subject_keys_engine(folder / "keys.db")
    with writing(engine) as session:
        for row in outbox_rows():
            session.add(row)
            session.flush()
    engine.dispose()
    keys_engine.dispose()
    return folder


def open_outbox(furnished: Path, folder: Path) -> OutboxSetup:
    for name in ("aparte.db", "keys.db"):
        shutil.copy(furnished / name, folder / name)
    engine = open_engine(f"sqlite:///{folder / 'aparte.db'}")
    return OutboxSetup(
        engine=engine, encryption=SubjectEncryption(open_engine(f"sqlite:///{folder / 'keys.db'}"), b"m" * 32)
    )


@pytest.fixture
def outbox(furnished: Path, tmp_path: Path) -> Iterator[OutboxSetup]:
    outbox = open_outbox(furnished, tmp_path)
    yield outbox
    outbox.engine.dispose()
