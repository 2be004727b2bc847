"""Whether the brand's desk is open, and when it opens next, by the calendar of its rulebook. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies.calendar import OFFICE_HOURS, Calendar


@dataclass(frozen=True, kw_only=True)
class DeskHours:
    """The desk at one moment, in the brand's zone."""

    open: bool = True
    holiday: bool = False
    opens_at: datetime | None = None
    """When it opens next; None while it is open, or where it does not within a year."""
    hours_until_open: float = 0.0


OPEN = DeskHours()


def desk_hours(local: datetime, calendar: Calendar = OFFICE_HOURS) -> DeskHours:
    """The desk at `local`, the present in the brand's zone."""
    is_open = calendar.is_open(local)
    return DeskHours(
        open=is_open,
        holiday=calendar.holiday(local) is not None,
        opens_at=None if is_open else calendar.opens(local),
        hours_until_open=0.0 if is_open else calendar.hours_until_open(local),
    )
