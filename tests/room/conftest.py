from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from people.subject_encryption import SubjectEncryption
from records.database import open_engine, writing
from records.models import Brand
from records.schema import migrate, migrate_keys
from room.web.app import make_app, server_of
from room.web.context import RoomContext
from tests.support.rooms import ROOM_KEY, SOURCE_HEADER, ManualClock, RoomSetup, case_rows


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases, migrated once and copied for each test."""
    folder = tmp_path_factory.mktemp("furnished")
    engine, keys_engine = (
        open_engine(f"sqlite:///{folder / 'aparte.db'}"),
        open_engine(f"sqlite:///{folder / 'keys.db'}"),
    )
    migrate(engine)
    migrate_keys(keys_engine)
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
    return make_app(
        RoomContext(
            engine=rooms.engine,
            room_key=ROOM_KEY,
            sealer=rooms.encryption,
            clock=rooms.clock,
            brand_of=lambda _account_id: brand,
            secure_cookies=False,
            brands=(brand,),
            source_header=SOURCE_HEADER,
        )
    )


@pytest.fixture
def address(app: Starlette) -> Iterator[str]:
    server = server_of(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, headers={"Accept-Language": "es-ES,es;q=0.9"}) as client:
        yield client


@pytest.fixture
def other_browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, headers={"Accept-Language": "es-ES,es;q=0.9"}) as client:
        yield client
