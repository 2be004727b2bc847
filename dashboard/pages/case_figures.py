"""The clocks and figures of a case, and the state of its private side, as rows and heads show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cases.private_side import PRIVATE_WAIT
from dashboard.auth.request_context import RequestContext
from dashboard.wording.times import clock, format_duration, format_time
from records.enums import PrivateState

NEAR = timedelta(minutes=15)


class HasClocks(Protocol):
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
class CaseFigures:
    """Readable figures of a case; empty where there is nothing to say."""

    clock: str
    clock_class: str
    """`late`, `near`, `ok`, or empty."""
    waits: str
    exposure: str
    as_of: str
    reach: str


def figures_of(case: HasClocks, request: RequestContext) -> CaseFigures:
    """The clocks, exposure and reach of a case as of this request."""
    as_of = case.exposure_as_of
    return CaseFigures(
        clock=clock(case.respond_by, case.first_responded_at, now=request.now, say=request.say),
        clock_class=_urgency(case, request.now),
        waits=format_duration(request.now - case.waiting_since) if case.waiting_since is not None else "",
        exposure=format_thousands(round(case.exposure)),
        as_of=format_time(as_of, request.zone(case.brand), now=request.now, say=request.say)
        if as_of is not None
        else "",
        reach=format_thousands(case.reach),
    )


def format_thousands(count: int) -> str:
    """`12 345`, as both languages read it."""
    return f"{count:,}".replace(",", " ")


def _urgency(case: HasClocks, now: datetime) -> str:
    if case.first_responded_at is not None:
        return "ok"
    if case.respond_by is None:
        return ""
    if case.respond_by < now:
        return "late"
    return "near" if case.respond_by <= now + NEAR else ""


_WANTS_SOMEBODY = frozenset({PrivateState.DECLINED, PrivateState.SILENT})


class HasPrivateClocks(Protocol):
    """A case, as far as its private side goes."""

    @property
    def brand(self) -> str: ...
    @property
    def private_state(self) -> str: ...
    @property
    def private_waiting_since(self) -> datetime | None: ...
    @property
    def close_by(self) -> datetime | None: ...
    @property
    def reopened(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A word or two, and how they look: `late`, `near`, `ok` or empty."""

    text: str
    look: str = ""


def private_badges(case: HasPrivateClocks, request: RequestContext) -> tuple[Badge, ...]:
    """What is to be known of the private side, the most pressing last; nothing where there is none."""
    chips = [
        Badge(text=request.say("reopened"), look="near") if case.reopened else None,
        _state(case, request),
        _wait(case, request),
        _closing(case, request),
    ]
    return tuple(chip for chip in chips if chip is not None)


def promised_waits(request: RequestContext) -> dict[str, timedelta]:
    """By brand: how long a person waits in private at most."""
    return {name: timedelta(minutes=brand.private_wait_minutes) for name, brand in request.app.settings.brands.items()}


def _state(case: HasPrivateClocks, request: RequestContext) -> Badge | None:
    if case.private_state == PrivateState.NONE:
        return None
    look = "near" if case.private_state in _WANTS_SOMEBODY else ""
    return Badge(text=request.say.word(f"private_{case.private_state}"), look=look)


def _wait(case: HasPrivateClocks, request: RequestContext) -> Badge | None:
    if case.private_waiting_since is None:
        return None
    waited = request.now - case.private_waiting_since
    promised = promised_waits(request).get(case.brand, PRIVATE_WAIT)
    look = "late" if waited > promised else "near" if waited > promised - NEAR else ""
    return Badge(text=request.say("waits_in_private", span=format_duration(waited)), look=look)


def _closing(case: HasPrivateClocks, request: RequestContext) -> Badge | None:
    if case.close_by is None:
        return None
    left = case.close_by - request.now
    if left < timedelta(0):
        return Badge(text=request.say("closing_late", span=format_duration(-left)), look="late")
    return Badge(text=request.say("closing_due", span=format_duration(left)), look="near" if left <= NEAR else "")
