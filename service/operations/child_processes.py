"""Child processes of the service: started by name, awaited until they answer, stopped together.

A child that listens says so in its log, with its address: an answer alone might be another process's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import requests

START_SECONDS = 60.0
STOP_SECONDS = 3.0


class ChildProcessFailedError(Exception):
    """A child process did not start; the message names its log."""


@dataclass(frozen=True, kw_only=True)
class _Awaited:
    """A child that has not been seen to answer yet."""

    name: str
    address: str
    log: Path
    said_before: int
    """Bytes of its log that an earlier child wrote."""


class ChildProcesses:
    """Child processes with a log file each. Leaving the `with` block stops them all."""

    def __init__(self, logs: Path, *, environment: Mapping[str, str] | None = None) -> None:
        """Without an `environment` the children inherit this process's own."""
        self._logs = logs
        self._environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._awaited: list[_Awaited] = []

    def start(self, name: str, arguments: Sequence[str], *, answers_at: str) -> None:
        """Start `aparte ARGUMENTS` and wait until it says that it listens, and its address answers.

        Raises ChildProcessFailedError where it ends, or does not answer within a minute.
        """
        self.launch(name, arguments, answers_at=answers_at)
        self.wait()

    def launch(self, name: str, arguments: Sequence[str], *, answers_at: str) -> None:
        """Start `aparte ARGUMENTS`. `wait` says when it answers."""
        log = self._logs / f"{name}.log"
        said_before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            child = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", "service.cli", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        self._running[name] = child
        self._awaited.append(_Awaited(name=name, address=answers_at, log=log, said_before=said_before))

    def wait(self) -> None:
        """Wait until all that were launched say that they listen, and their addresses answer.

        Raises ChildProcessFailedError where one ends, or does not answer within a minute from here.
        """
        end = time.monotonic() + START_SECONDS
        while self._awaited:
            self._wait(self._awaited[0], end)
            self._awaited.pop(0)

    def stop(self) -> None:
        """End all children: SIGTERM first, and SIGKILL after three seconds."""
        for child in self._running.values():
            _signal(child, signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for child in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.1, end - time.monotonic()))
            _signal(child, signal.SIGKILL)
            child.wait()
        self._running.clear()
        self._awaited.clear()

    def __enter__(self) -> ChildProcesses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self, awaited: _Awaited, end: float) -> None:
        child = self._running[awaited.name]
        with requests.Session() as session:
            session.trust_env = False
            while time.monotonic() < end:
                if child.poll() is not None:
                    raise ChildProcessFailedError(
                        f"The {awaited.name} ended with code {child.returncode}: {_last_line(awaited.log)}"
                    )
                if _listens(awaited) and _answers(session, awaited.address):
                    return
                time.sleep(0.05)
        raise ChildProcessFailedError(
            f"The {awaited.name} does not answer at {awaited.address} after a minute: see {awaited.log}."
        )


def free_port(wished: int = 0) -> int:
    """`wished` where nobody listens there, else any free port of the loopback interface."""
    for port in (wished, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ChildProcessFailedError("No port is free on this machine: end some of its servers.")


def listening_line(what: str, address: str) -> str:
    """What a process says once it listens at `address`, such as `http://127.0.0.1:8501`."""
    return f"{what} at {address}"


def _listens(awaited: _Awaited) -> bool:
    parts = urlsplit(awaited.address)
    announced = listening_line("", f"{parts.scheme}://{parts.netloc}").encode()
    with awaited.log.open("rb") as said:
        said.seek(awaited.said_before)
        return any(line.rstrip().endswith(announced) for line in said)


def _answers(session: requests.Session, address: str) -> bool:
    try:
        return session.get(address, timeout=2).status_code < int(requests.codes.server_error)
    except requests.RequestException:
        return False


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"it said nothing; see {log}."
