"""What all tests share: databases of both kinds, and where the shared data lies."""

from __future__ import annotations

import ctypes
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support.databases import MAIN, copy_database, postgres_database
from tests.support.postgres import PostgresServer, running_server, server_programs

_NUMBERS = itertools.count(1)
_FIRST = (
    "test_service_end_to_end",
    "test_service_killed",
    "test_nemesis",
    "test_dashboard_browser",
    "test_service_demo",
    "test_service_demo_home",
    "test_service_late_hearing",
)
_LONGEST_ID = 60
_MMAP_THRESHOLD = -3
"""The parameter of mallopt, as malloc.h numbers it."""


# A slow machine is no mistake of the code.
settings.register_profile("aparte", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("aparte")


def pytest_configure() -> None:
    """Have the allocator give large blocks back: else each text of ten megabytes and each password hash adds to it."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 1 << 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _WholeFiles:
    """One worker runs a whole file, so that what a file shares is made once."""
    return _WholeFiles(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: begun last, it would keep one worker while the others rest."""
    items.sort(key=lambda item: _FIRST.index(item.path.stem) if item.path.stem in _FIRST else len(_FIRST))


class _WholeFiles(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        # The seeds of the nemesis share little, and are dealt out one by one.
        return nodeid if nodeid.startswith("tests/nemesis/") else nodeid.partition("::")[0]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A long text is named by its beginning and its length: pytest would carry all of it in the name of the test."""
    if isinstance(val, str | bytes) and len(val) > _LONGEST_ID:
        return f"{argname}-{ascii(val[:20])[1:-1]}-{len(val)}"
    return None


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server; without its programs the test is skipped, but never in CI."""
    programs = server_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL's server is missing: .ci/run installs it")
        pytest.skip("PostgreSQL's server is not installed")
    with running_server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs once on each kind of database."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without rows at the newest schema, once of each kind."""
    if database_kind == "sqlite":
        copy_database(tmp_path / MAIN)
        return f"sqlite:///{tmp_path / MAIN}"
    return postgres_database(request.getfixturevalue("postgres"), _new_name())


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table, once of each kind."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / MAIN}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database(_new_name())


def _new_name() -> str:
    return f"test_{os.getpid()}_{next(_NUMBERS)}"


@pytest.fixture(scope="session")
def shared_threads() -> Path:
    """The folder of real threads; skips where the shared data is not beside the project."""
    folder = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "threads"
    if not folder.exists():
        pytest.skip("the shared data is not beside the project")
    return folder
