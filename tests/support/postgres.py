"""A PostgreSQL server for the tests: in a temporary folder, on a socket there, removed at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SERVER_USER = "postgres"


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A running server; `database` makes an empty database in it."""

    programs: Path
    folder: Path
    user: str

    def database(self, name: str, *, template: str = "template1") -> str:
        """Make a database and return its address."""
        command = ["createdb", "-h", str(self.folder), "-U", self.user, "-T", template, name]
        _run([str(self.programs / command[0]), *command[1:]], user=self.user)
        return self.address(name)

    def address(self, name: str) -> str:
        """Where a database is reached."""
        return f"postgresql+psycopg://{self.user}@/{name}?host={quote(str(self.folder))}"


def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where PostgreSQL's server is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running_server(programs: Path) -> Iterator[PostgresServer]:
    """Start a server for as long as the block lasts."""
    user = SERVER_USER if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="aparte-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"
    try:
        _run([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", user, "--no-sync"], user=user)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        _run([str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(log), "-o", options, "start"], user=user)
        try:
            yield PostgresServer(programs=programs, folder=folder, user=user)
        finally:
            _run([str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], *, user: str) -> None:
    as_user = ["runuser", "-u", user, "--", *command] if os.getuid() == 0 else command
    subprocess.run(as_user, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
