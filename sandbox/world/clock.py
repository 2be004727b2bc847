"""Sandbox time: played faster than real time, or moved step by step."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

LONGEST_STRETCH = 900.0
"""Sandbox seconds without posts that are played; the rest of a longer gap is skipped."""
BEFORE_FIRST_POST = 1.0


class WorldClock(Protocol):
    """The clock of a world."""

    def now(self) -> float:
        """Sandbox time, epoch seconds."""
        ...

    def rate(self) -> float:
        """Sandbox seconds that pass in a real second; 0 where time is stepped."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlaySpan:
    """A stretch of sandbox time that is played without a jump; `played` counts sandbox seconds before it."""

    played: float
    start: float


@dataclass(frozen=True, kw_only=True)
class PlayPlan:
    """How sandbox time passes over a run: spans with jumps between them, then at real time."""

    stretches: tuple[PlaySpan, ...]
    total: float
    """Sandbox seconds that are played until the last post."""
    rate: float

    def at(self, elapsed: float) -> float:
        """Sandbox time after `elapsed` real seconds."""
        played = elapsed * self.rate
        if played >= self.total:
            played = self.total + (elapsed - self.total / self.rate)
        number = bisect_right(self.stretches, played, key=lambda stretch: stretch.played) - 1
        stretch = self.stretches[max(number, 0)]
        return stretch.start + played - stretch.played

    def rate_at(self, elapsed: float) -> float:
        """Sandbox seconds a real second at that moment."""
        return self.rate if elapsed * self.rate < self.total else 1.0


def play_plan(times: Sequence[float], play_seconds: float) -> PlayPlan:
    """Plan a run over posts at `times` (sorted, not empty); never slower than real time."""
    previous = times[0] - BEFORE_FIRST_POST
    stretches = [PlaySpan(played=0.0, start=previous)]
    played = 0.0
    for time in times:
        gap = time - previous
        if gap > LONGEST_STRETCH:
            played += LONGEST_STRETCH
            stretches.append(PlaySpan(played=played, start=time))
        else:
            played += gap
        previous = time
    rate = max(1.0, played / play_seconds) if play_seconds > 0 else 1e9
    return PlayPlan(stretches=tuple(stretches), total=played, rate=rate)


class PlayedClock:
    """Follows a plan from its creation on, or from `start` on where it waits; `monotonic` gives real seconds."""

    def __init__(self, plan: PlayPlan, monotonic: Monotonic, *, waits: bool = False) -> None:
        self._plan = plan
        self._monotonic = monotonic
        self._started = None if waits else monotonic()

    def start(self) -> None:
        """Let time run, unless it does."""
        if self._started is None:
            self._started = self._monotonic()

    def now(self) -> float:
        """Sandbox time, epoch seconds."""
        return self._plan.at(self._elapsed())

    def rate(self) -> float:
        """Sandbox seconds that pass in a real second; 0 while it waits."""
        return 0.0 if self._started is None else self._plan.rate_at(self._elapsed())

    def _elapsed(self) -> float:
        return 0.0 if self._started is None else self._monotonic() - self._started


class SteppedClock:
    """Changes only when it is moved; never goes back."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        """Sandbox time, epoch seconds."""
        return self._now

    def rate(self) -> float:
        """Always 0."""
        return 0.0

    def move_to(self, time: float) -> None:
        """Set the time, unless it has passed already."""
        self._now = max(self._now, time)


class Monotonic(Protocol):
    """Real seconds from any starting point."""

    def __call__(self) -> float:
        """Read the seconds."""
        ...


def iso(time: float) -> str:
    """Epoch seconds as ISO 8601 in UTC with milliseconds, as X writes dates."""
    date = datetime.fromtimestamp(time, UTC)
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond // 1000:03d}Z"
