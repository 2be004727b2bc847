"""Reads the hours and holidays of a rulebook as their author wrote them."""

from __future__ import annotations

import re
from datetime import date

from policies.calendar import OFFICE_HOURS, Calendar, Holiday, Shift
from policies.source import Block, Entry, block_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = "closed"

_MIDNIGHT = 24 * 60
_LEAP_YEAR = 2024
_SHIFT = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})", re.ASCII)
_DAY = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})", re.ASCII)


def weekdays_of(key: str) -> tuple[int, ...]:
    """The days of `sat`, `mon-fri` or `fri-mon` as numbers from 0, Monday; empty for anything else."""
    first, dash, last = key.partition("-")
    last = last if dash else first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return ()
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def shifts_of(text: str) -> tuple[Shift, ...] | None:
    """The shifts of `08:00-14:00, 16:00-20:00` or `closed`; None where they cannot be read, end early or overlap."""
    if text.strip() == CLOSED:
        return ()
    shifts: list[Shift] = []
    for part in text.split(","):
        shift = _shift(part.strip())
        if shift is None or (shifts and shift.opens < shifts[-1].closes):
            return None
        shifts.append(shift)
    return tuple(shifts)


def holiday_of(block: Block) -> Holiday | None:
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


def holidays_written(calendar: Block) -> tuple[Entry, ...]:
    """The list under `holidays`, each item as an entry; empty where there is none, or it is no list."""
    entry = calendar.entry("holidays")
    return entry.items if entry is not None else ()


def calendar_of(block: Block | None) -> Calendar:
    """The calendar that was written, in a rulebook that was found to be without problems; office hours without one."""
    if block is None:
        return OFFICE_HOURS
    hours = block.block("hours")
    week: list[tuple[Shift, ...]] = [()] * 7 if hours is not None else list(OFFICE_HOURS.week)
    for entry in hours.entries if hours is not None else ():
        for day in weekdays_of(entry.key):
            week[day] = shifts_of(entry.text or "") or ()
    listed = [block_of(item.node) for item in holidays_written(block)]
    holidays = [holiday_of(one) for one in listed if one is not None]
    return Calendar(week=tuple(week), holidays=tuple(holiday for holiday in holidays if holiday is not None))


def _shift(text: str) -> Shift | None:
    written = _SHIFT.fullmatch(text)
    if written is None:
        return None
    opens, closes = _minutes(written[1], written[2]), _minutes(written[3], written[4])
    if opens is None or closes is None or opens >= closes:
        return None
    return Shift(opens=opens, closes=closes)


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= _MIDNIGHT else None
