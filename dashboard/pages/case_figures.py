"""The clocks and figures of a case, and the state of its private side, as rows and heads show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cases.private_side import PRIVATE_WAIT
from dashboard.auth.request_context import RequestContext
from dashboard.wording.formats import format_clock, format_duration, format_thousands
from records.enums import PrivateState

NEAR = timedelta(minutes=15)
"""A promise that ends within this is shown as near its end."""
NEAR_DEADLINE = timedelta(hours=2)
"""The same for what the network permits only until then."""
_NEEDS_SOMEBODY = frozenset({PrivateState.DECLINED, PrivateState.SILENT})


class TimedCase(Protocol):
    """A case, as far as its clocks and its private side go."""

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


@dataclass(frozen=True, kw_only=True)
class CaseFigures:
    """Readable figures of a case; empty where there is nothing to say."""

    clock: str
    clock_look: str
    """`late`, `near`, `ok`, or empty."""
    waits: str
    exposure: str
    exposure_at: str
    reach: str
    private: tuple[Badge, ...]
    """The state of the private side, the most pressing last; none where there is no private side."""


def figures_of(case: TimedCase, request: RequestContext) -> CaseFigures:
    """The clocks, exposure, reach and private side of a case at the time of this request."""
    as_of = case.exposure_as_of
    private = (_reopened(case, request), _state(case, request), _wait(case, request), _closing(case, request))
    return CaseFigures(
        clock=format_clock(case.respond_by, case.first_responded_at, now=request.now, say=request.say),
        clock_look=_clock_look(case, request.now),
        waits=format_duration(request.now - case.waiting_since) if case.waiting_since is not None else "",
        exposure=format_thousands(round(case.exposure)),
        exposure_at=request.local_time(as_of, case.brand) if as_of is not None else "",
        reach=format_thousands(case.reach),
        private=tuple(badge for badge in private if badge is not None),
    )


def promised_waits(request: RequestContext) -> dict[str, timedelta]:
    """By brand: how long a person waits in private at most."""
    return {name: timedelta(minutes=brand.private_wait_minutes) for name, brand in request.app.settings.brands.items()}


def deadline_text(request: RequestContext, brand: str, until: datetime | None) -> str:
    """`until 10:42 (3 h 05 min left)`; empty where there is no deadline."""
    if until is None:
        return ""
    at = request.local_time(until, brand)
    return request.say("permitted_until", at=at, left=format_duration(until - request.now))


def is_near(until: datetime | None, now: datetime) -> bool:
    """True where a deadline of the network is close enough to hurry."""
    return until is not None and until - now <= NEAR_DEADLINE


def _clock_look(case: TimedCase, now: datetime) -> str:
    if case.first_responded_at is not None:
        return "ok"
    if case.respond_by is None:
        return ""
    if case.respond_by < now:
        return "late"
    return "near" if case.respond_by <= now + NEAR else ""


def _reopened(case: TimedCase, request: RequestContext) -> Badge | None:
    return Badge(text=request.say("reopened"), look="near") if case.reopened else None


def _state(case: TimedCase, request: RequestContext) -> Badge | None:
    if case.private_state == PrivateState.NONE:
        return None
    look = "near" if case.private_state in _NEEDS_SOMEBODY else ""
    return Badge(text=request.say.word(f"private_{case.private_state}"), look=look)


def _wait(case: TimedCase, request: RequestContext) -> Badge | None:
    if case.private_waiting_since is None:
        return None
    waited = request.now - case.private_waiting_since
    promised = promised_waits(request).get(case.brand, PRIVATE_WAIT)
    look = "late" if waited > promised else "near" if waited > promised - NEAR else ""
    return Badge(text=request.say("waits_in_private", span=format_duration(waited)), look=look)


def _closing(case: TimedCase, request: RequestContext) -> Badge | None:
    if case.close_by is None:
        return None
    left = case.close_by - request.now
    if left < timedelta(0):
        return Badge(text=request.say("closing_late", span=format_duration(-left)), look="late")
    return Badge(text=request.say("closing_due", span=format_duration(left)), look="near" if left <= NEAR else "")
