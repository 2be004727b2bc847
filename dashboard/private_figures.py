"""How the private side of a case stands, and its two clocks, as a row or a head shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cases.private import PRIVATE_WAIT
from dashboard.times import span
from dashboard.visit import Visit
from records.words import PrivateState

NEAR = timedelta(minutes=15)
_WANTS_SOMEBODY = frozenset({PrivateState.DECLINED, PrivateState.SILENT})


class PrivatelyClocked(Protocol):
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
class Chip:
    """A word or two, and how they look: `late`, `near`, `ok` or empty."""

    text: str
    look: str = ""


def private_chips(case: PrivatelyClocked, visit: Visit) -> tuple[Chip, ...]:
    """What is to be known of the private side, the most pressing last; nothing where there is none."""
    chips = [
        Chip(text=visit.say("reopened"), look="near") if case.reopened else None,
        _state(case, visit),
        _wait(case, visit),
        _closing(case, visit),
    ]
    return tuple(chip for chip in chips if chip is not None)


def promised_waits(visit: Visit) -> dict[str, timedelta]:
    """By brand: how long a person waits in private at most."""
    return {name: timedelta(minutes=brand.private_wait_minutes) for name, brand in visit.house.settings.brands.items()}


def _state(case: PrivatelyClocked, visit: Visit) -> Chip | None:
    if case.private_state == PrivateState.NONE:
        return None
    look = "near" if case.private_state in _WANTS_SOMEBODY else ""
    return Chip(text=visit.say.word(f"private_{case.private_state}"), look=look)


def _wait(case: PrivatelyClocked, visit: Visit) -> Chip | None:
    if case.private_waiting_since is None:
        return None
    waited = visit.now - case.private_waiting_since
    promised = promised_waits(visit).get(case.brand, PRIVATE_WAIT)
    look = "late" if waited > promised else "near" if waited > promised - NEAR else ""
    return Chip(text=visit.say("waits_in_private", span=span(waited)), look=look)


def _closing(case: PrivatelyClocked, visit: Visit) -> Chip | None:
    if case.close_by is None:
        return None
    left = case.close_by - visit.now
    if left < timedelta(0):
        return Chip(text=visit.say("closing_late", span=span(-left)), look="late")
    return Chip(text=visit.say("closing_due", span=span(left)), look="near" if left <= NEAR else "")
