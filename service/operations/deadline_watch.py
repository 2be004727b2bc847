"""Alerts about cases that are past a deadline: first answers, waits in private, and public closing lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from cases.clocks import Breach, breaches
from cases.closing import overdue_closings
from cases.private_side import private_breaches
from records.database import reading
from records.enums import Priority
from service.notifications.alerts import Alerts
from service.wiring.app import App


class _OfBrand(Protocol):
    @property
    def brand(self) -> str: ...


_Late = TypeVar("_Late", bound=_OfBrand)


def watch_cases(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once about overdue first answers, by brand and priority, until none of them is overdue.

    Likewise about waits in private beyond what was promised, and about cases that are not closed in public in time.
    """
    watch_private_waits(app, alerts, now=now)
    watch_closings(app, alerts, now=now)
    with reading(app.engine) as session:
        overdue = breaches(session, now=now)
    for brand, of_brand in _by_brand(app, overdue):
        for priority in Priority:
            late = [breach for breach in of_brand if breach.priority == priority]
            alerts.raise_or_clear(f"overdue-{brand}-{priority}", _overdue(brand, priority, late) if late else "")


def watch_private_waits(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once for each brand about people who wait in private for longer than was promised, until nobody does."""
    promised = {name: timedelta(minutes=brand.private_wait_minutes) for name, brand in app.settings.brands.items()}
    with reading(app.engine) as session:
        overdue = private_breaches(session, promised, now=now)
    for brand, late in _by_brand(app, overdue):
        alerts.raise_or_clear(
            f"private-wait-{brand}",
            f"{len(late)} people wait in private for {brand} for longer than was promised, {late[0].reference} since "
            f"{late[0].since:%Y-%m-%d %H:%M} UTC: answer there; nobody is invited meanwhile."
            if late
            else "",
        )


def watch_closings(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once for each brand about cases that were solved in private and not yet closed in public in time."""
    with reading(app.engine) as session:
        overdue = overdue_closings(session, now=now)
    for brand, late in _by_brand(app, overdue):
        alerts.raise_or_clear(
            f"closing-{brand}",
            f"{len(late)} of {brand}'s cases are solved and not closed in public, {late[0].reference} was due "
            f"{late[0].close_by:%Y-%m-%d %H:%M} UTC: send the closing lines, or waive them."
            if late
            else "",
        )


def _by_brand(app: App, overdue: Iterable[_Late]) -> Iterator[tuple[str, Sequence[_Late]]]:
    """What is overdue of each brand, also of those with nothing overdue, and of those that left the settings."""
    found: dict[str, list[_Late]] = defaultdict(list)
    for each in overdue:
        found[each.brand].append(each)
    for brand in {*app.settings.brands, *found}:
        yield brand, found[brand]


def _overdue(brand: str, priority: Priority, late: Sequence[Breach]) -> str:
    first = late[0]
    return (
        f"{len(late)} of {brand}'s cases of priority {priority} wait past their first-response clock, "
        f"{first.reference} since {first.respond_by:%Y-%m-%d %H:%M} UTC: open the queue."
    )
