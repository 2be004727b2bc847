"""When a brand's desk is open: hours of the week and holidays, in the brand's zone. Pure: `now` goes in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAYS_LOOKED_AHEAD = 366
NEVER_OPENS = 1e6
"""Stands for the hours until a desk opens that does not open within a year."""

_MINUTES_OF_A_DAY = 24 * 60
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A part of a day, in minutes after midnight by the clock on the wall."""

    opens: int
    closes: int
    """Later than `opens`; 1440 for midnight."""


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A day with hours of its own."""

    month: int
    day: int
    year: int | None
    """None for every year."""
    name: str
    shifts: tuple[Shift, ...] = ()
    """When the desk is open nevertheless; empty for closed."""

    def falls_on(self, day: date) -> bool:
        """True on its day."""
        return (self.month, self.day) == (day.month, day.day) and self.year in {None, day.year}


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The hours of a desk.

    A shift lasts from the first moment at which the clock shows its opening to the first at which it shows its
    closing; an hour that the clock leaps over in spring is taken as the one after it.
    """

    week: tuple[tuple[Shift, ...], ...]
    """The shifts of each day, Monday first, in order and apart from each other."""
    holidays: tuple[Holiday, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """True while somebody is at the desk. `now` is in the brand's zone; raises ValueError where it has none."""
        return any(starts <= now.astimezone(UTC) < ends for starts, ends in self._shifts_about(now, last=1))

    def holiday(self, now: datetime) -> Holiday | None:
        """The holiday of the day of `now`; one written with its year comes first."""
        return self._holiday_on(now.date())

    def opens(self, now: datetime) -> datetime | None:
        """When the desk is open next, in the zone of `now`: `now` itself while it is open.

        None where it does not open within a year. Raises ValueError where `now` has no zone.
        """
        moment = now.astimezone(UTC)
        for starts, ends in self._shifts_about(now, last=DAYS_LOOKED_AHEAD):
            if moment < ends:
                return now if starts <= moment else starts.astimezone(now.tzinfo)
        return None

    def hours_until_open(self, now: datetime) -> float:
        """Hours until the desk opens: 0 while it is open, a million where it does not within a year."""
        opens = self.opens(now)
        if opens is None:
            return NEVER_OPENS
        # Subtracted in UTC: within one zone, Python would leave out the hour that the clock was changed by.
        return round((opens.astimezone(UTC) - now.astimezone(UTC)) / _HOUR, 2)

    def _shifts_about(self, now: datetime, *, last: int) -> Iterator[tuple[datetime, datetime]]:
        """The shifts from the day before `now` to the `last` day after it, in UTC and in order."""
        if now.tzinfo is None:
            raise ValueError("`now` has no zone; pass an aware datetime in the brand's zone.")
        for offset in range(-1, last + 1):
            day = now.date() + timedelta(days=offset)
            for shift in self._shifts_on(day):
                yield _moment(day, shift.opens, now), _moment(day, shift.closes, now)

    def _shifts_on(self, day: date) -> tuple[Shift, ...]:
        holiday = self._holiday_on(day)
        return self.week[day.weekday()] if holiday is None else holiday.shifts

    def _holiday_on(self, day: date) -> Holiday | None:
        falling = [holiday for holiday in self.holidays if holiday.falls_on(day)]
        return min(falling, key=lambda holiday: holiday.year is None, default=None)


def _moment(day: date, minutes: int, now: datetime) -> datetime:
    days, minute = divmod(minutes, _MINUTES_OF_A_DAY)
    on_the_wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), tzinfo=now.tzinfo)
    return on_the_wall.astimezone(UTC)


_WORKDAY = (Shift(opens=8 * 60, closes=20 * 60),)
OFFICE_HOURS = Calendar(week=(*(_WORKDAY,) * 5, (), ()))
"""Monday to Friday from 8 to 20: the hours of a rulebook that writes none."""
