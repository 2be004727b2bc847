"""What all tests share: databases of both kinds, and where the shared data lies."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer, running_server, server_programs

_NUMBERS = itertools.count(1)


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
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'aparte.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database(f"test_{os.getpid()}_{next(_NUMBERS)}")


@pytest.fixture(scope="session")
def shared_threads() -> Path:
    """The folder of real threads; skips where the shared data is not beside the project."""
    folder = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "threads"
    if not folder.exists():
        pytest.skip("the shared data is not beside the project")
    return folder
