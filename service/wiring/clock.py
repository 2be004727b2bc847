"""The injected clock: the system's, or that of a practice network. Nothing else reads the time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

import requests
from requests.adapters import HTTPAdapter

_THREADS = 32
"""Steps that may read the time at once, each over a connection of its own."""


class Clock(Protocol):
    """A source of the present time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    @property
    def rate(self) -> float:
        """Seconds of this clock in a real second: 1, but for a practice network, and 0 while its time waits."""


class SystemClock:
    """The machine's own clock."""

    rate = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


class PracticeClock:
    """The clock of a practice network, read over HTTP each time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(pool_maxsize=_THREADS))

    def now(self) -> datetime:
        return datetime.fromisoformat(self._read()["now"])

    @property
    def rate(self) -> float:
        return float(self._read()["rate"])

    def _read(self) -> dict[str, str]:
        answer = self._session.get(self._address, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())


def open_clock(address: str) -> Clock:
    """The clock at `address`, or the system's where there is none."""
    return PracticeClock(address) if address else SystemClock()
