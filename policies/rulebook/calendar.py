"""When a brand's desk is open: hours and holidays as written, the next opening, and its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from policies.rulebook.source import SourceBlock, SourceEntry, block_of
from policies.wordings import LANGUAGES, Wordings, wordings

DAYS_LOOKED_AHEAD = 366
NEVER_OPENS = 1e6
"""Stands for the hours until a desk opens that does not open within a year."""
_MINUTES_OF_A_DAY = 24 * 60
_HOUR = timedelta(hours=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = "closed"
_MIDNIGHT = 24 * 60
_LEAP_YEAR = 2024
_SHIFT = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})", re.ASCII)
_DAY = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})", re.ASCII)
_A_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """A part of a day, in minutes after midnight, local time."""

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
    shifts: tuple[OpeningHours, ...] = ()
    """When the desk is open nevertheless; empty for closed."""

    def falls_on(self, day: date) -> bool:
        """True on its day."""
        return (self.month, self.day) == (day.month, day.day) and self.year in {None, day.year}


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The hours of a desk.

    A shift lasts from the first moment at which the clock shows its opening to the first at which it shows its
    closing; an hour that is skipped in spring is taken as the one after it.
    """

    week: tuple[tuple[OpeningHours, ...], ...]
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

    def _shifts_on(self, day: date) -> tuple[OpeningHours, ...]:
        holiday = self._holiday_on(day)
        return self.week[day.weekday()] if holiday is None else holiday.shifts

    def _holiday_on(self, day: date) -> Holiday | None:
        falling = [holiday for holiday in self.holidays if holiday.falls_on(day)]
        return min(falling, key=lambda holiday: holiday.year is None, default=None)


def _moment(day: date, minutes: int, now: datetime) -> datetime:
    days, minute = divmod(minutes, _MINUTES_OF_A_DAY)
    on_the_wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), tzinfo=now.tzinfo)
    return on_the_wall.astimezone(UTC)


_WORKDAY = (OpeningHours(opens=8 * 60, closes=20 * 60),)


OFFICE_HOURS = Calendar(week=(*(_WORKDAY,) * 5, (), ()))
"""Monday to Friday from 8 to 20: the hours of a rulebook that writes none."""


def weekdays_of(key: str) -> tuple[int, ...]:
    """The days of `sat`, `mon-fri` or `fri-mon` as numbers from 0, Monday; empty for anything else."""
    first, dash, last = key.partition("-")
    last = last if dash else first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return ()
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def shifts_of(text: str) -> tuple[OpeningHours, ...] | None:
    """The shifts of `08:00-14:00, 16:00-20:00` or `closed`; None where they cannot be read, end early or overlap."""
    if text.strip() == CLOSED:
        return ()
    shifts: list[OpeningHours] = []
    for part in text.split(","):
        shift = _shift(part.strip())
        if shift is None or (shifts and shift.opens < shifts[-1].closes):
            return None
        shifts.append(shift)
    return tuple(shifts)


def holiday_of(block: SourceBlock) -> Holiday | None:
    """The holiday of `{date: 2026-12-25, name: Navidad}`; `date: 12-25` for every year. None where it has no day."""
    written = _DAY.fullmatch(block.text("date") or "")
    if written is None:
        return None
    year = int(written[1]) if written[1] else None
    try:
        date(year if year is not None else _LEAP_YEAR, int(written[2]), int(written[3]))
    except ValueError:
        return None
    return Holiday(
        month=int(written[2]),
        day=int(written[3]),
        year=year,
        name=block.text("name") or "",
        shifts=shifts_of(block.text("hours") or CLOSED) or (),
    )


def holidays_written(calendar: SourceBlock) -> tuple[SourceEntry, ...]:
    """The list under `holidays`, each item as an entry; empty where there is none, or it is no list."""
    entry = calendar.entry("holidays")
    return entry.items if entry is not None else ()


def calendar_of(block: SourceBlock | None) -> Calendar:
    """The calendar that was written, in a rulebook that was found to be without problems; office hours without one."""
    if block is None:
        return OFFICE_HOURS
    hours = block.block("hours")
    week: list[tuple[OpeningHours, ...]] = [()] * 7 if hours is not None else list(OFFICE_HOURS.week)
    for entry in hours.entries if hours is not None else ():
        for day in weekdays_of(entry.key):
            week[day] = shifts_of(entry.text or "") or ()
    listed = [block_of(item.node) for item in holidays_written(block)]
    holidays = [holiday_of(one) for one in listed if one is not None]
    return Calendar(week=tuple(week), holidays=tuple(holiday for holiday in holidays if holiday is not None))


def _shift(text: str) -> OpeningHours | None:
    written = _SHIFT.fullmatch(text)
    if written is None:
        return None
    opens, closes = _minutes(written[1], written[2]), _minutes(written[3], written[4])
    if opens is None or closes is None or opens >= closes:
        return None
    return OpeningHours(opens=opens, closes=closes)


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= _MIDNIGHT else None


def opens_in_words(calendar: Calendar, *, now: datetime, language: str) -> str:
    """`mañana a las 08:00`, `on Monday at 08:00`; `ahora` while it is open.

    `más adelante` where it does not open within a year. `2026-12-07 08:00` in a language that is neither Spanish
    nor English, and nothing there where it does not open. `now` is in the brand's zone.
    """
    opens = calendar.opens(now)
    if language not in LANGUAGES:
        return f"{opens:%Y-%m-%d %H:%M}" if opens is not None else ""
    words = wordings(language)
    if opens is None:
        return words.say("opens_never")
    return words.say("opens_now") if opens == now else _day_and_time(opens, now, words)


@cache
def longest_opening(language: str) -> int:
    """How many characters `opens_in_words` gives at most."""
    words = wordings(language)
    return len(
        words.say(
            "opens_later",
            weekday=max(words.weekdays, key=len),
            day="28",
            month=max(words.months, key=len),
            time=_time("20:00", words),
        )
    )


def _day_and_time(opens: datetime, now: datetime, words: Wordings) -> str:
    time = _time(f"{opens:%H:%M}", words)
    days = (opens.date() - now.date()).days
    if days in {0, 1}:
        return words.say("opens_tomorrow" if days else "opens_today", time=time)
    weekday = words.weekdays[opens.weekday()]
    if days < _A_WEEK.days:
        return words.say("opens_this_week", weekday=weekday, time=time)
    month = words.months[opens.month - 1]
    return words.say("opens_later", weekday=weekday, day=str(opens.day), month=month, time=time)


def _time(clock: str, words: Wordings) -> str:
    return words.say("time_at_one" if clock.startswith("01:") else "time", time=clock)
