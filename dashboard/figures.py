"""What the clocks and figures of a case look like in a row or a head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dashboard.times import clock, moment, span
from dashboard.visit import Visit

NEAR = timedelta(minutes=15)


class Clocked(Protocol):
    """A case, as far as its clocks go."""

    @property
    def brand(self) -> str: ...
    @property
    def reach(self) -> int: ...
    @property
    def exposure(self) -> float: ...
    @property
    def exposure_as_of(self) -> datetime | None: ...
    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def respond_by(self) -> datetime | None: ...
    @property
    def first_responded_at(self) -> datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Readable figures of a case; empty where there is nothing to say."""

    clock: str
    clock_class: str
    """`late`, `near`, `ok`, or empty."""
    waits: str
    exposure: str
    as_of: str
    reach: str


def figures_of(case: Clocked, visit: Visit) -> Figures:
    """The clocks, exposure and reach of a case as of this visit."""
    as_of = case.exposure_as_of
    return Figures(
        clock=clock(case.respond_by, case.first_responded_at, now=visit.now, say=visit.say),
        clock_class=_urgency(case, visit.now),
        waits=span(visit.now - case.waiting_since) if case.waiting_since is not None else "",
        exposure=thousands(round(case.exposure)),
        as_of=moment(as_of, visit.zone(case.brand), now=visit.now, say=visit.say) if as_of is not None else "",
        reach=thousands(case.reach),
    )


def thousands(count: int) -> str:
    """`12 345`, as both languages read it."""
    return f"{count:,}".replace(",", " ")


def _urgency(case: Clocked, now: datetime) -> str:
    if case.first_responded_at is not None:
        return "ok"
    if case.respond_by is None:
        return ""
    if case.respond_by < now:
        return "late"
    return "near" if case.respond_by <= now + NEAR else ""
