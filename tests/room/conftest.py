from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from people.subject_encryption import SubjectEncryption
from records.database import open_engine, writing
from records.models import Brand
from room.web.app import server_of
from tests.support.asgi import serving
from tests.support.databases import sqlite_engine, subject_keys_engine
from tests.support.forms import browser_of
from tests.support.rooms import ManualClock, RoomSetup, case_rows, room_app


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases, migrated once and copied for each test."""
    folder = tmp_path_factory.mktemp("furnished")
    engine = sqlite_engine(folder / "aparte.db")
    keys_engine = subject_keys_engine(folder / "keys.db")
    with writing(engine) as session:
        for row in case_rows():
            session.add(row)
            session.flush()
    engine.dispose()
    keys_engine.dispose()
    return folder


@pytest.fixture
def rooms(tmp_path: Path, furnished: Path) -> Iterator[RoomSetup]:
    for name in ("aparte.db", "keys.db"):
        shutil.copy(furnished / name, tmp_path / name)
    engine, keys_engine = (
        open_engine(f"sqlite:///{tmp_path / 'aparte.db'}"),
        open_engine(f"sqlite:///{tmp_path / 'keys.db'}"),
    )
    yield RoomSetup(engine=engine, encryption=SubjectEncryption(keys_engine, b"m" * 32), clock=ManualClock(), case_id=1)
    engine.dispose()
    keys_engine.dispose()


@pytest.fixture
def brand() -> Brand:
    return Brand(name="marca", phone="900 234 567")


@pytest.fixture
def app(rooms: RoomSetup, brand: Brand) -> Starlette:
    return room_app(rooms, brand)


@pytest.fixture
def address(app: Starlette) -> Iterator[str]:
    """Where the application answers over HTTP, for tests that need sockets or several requests at once."""
    with serving(server_of(app, host="127.0.0.1", port=0)) as address:
        yield address


@pytest.fixture
def browser(app: Starlette) -> Iterator[httpx.Client]:
    with browser_of(app) as client:
        yield client


@pytest.fixture
def other_browser(app: Starlette) -> Iterator[httpx.Client]:
    with browser_of(app) as client:
        yield client
