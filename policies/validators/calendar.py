"""The calendar of a rulebook, and the template for the hours outside it."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from policies.rulebook.calendar import WEEKDAYS, holiday_of, holidays_written, shifts_of, weekdays_of
from policies.rulebook.problems import RulebookProblem, did_you_mean, one_of
from policies.rulebook.source import RulebookDocument, SourceBlock, SourceEntry
from policies.validators.structure import repeated_keys_of, unknown_keys_of

_CALENDAR = ("hours", "holidays")
_HOLIDAY = ("date", "name", "hours")
_SHIFTS = 'Write "08:00-20:00", "09:00-14:00, 16:00-20:00" or closed; midnight at the end is 24:00.'
_CALENDAR_HINT = 'Write `calendar: {hours: {mon-fri: "08:00-20:00"}}`.'


def calendar_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Days and hours that cannot be read, days written twice, and holidays that are no dates or fall on one day."""
    entry = document.root.entry("calendar")
    if entry is None:
        return
    calendar = entry.block
    if calendar is None:
        yield RulebookProblem(line=entry.line, rule=None, message="`calendar` is not a block.", hint=_CALENDAR_HINT)
        return
    yield from unknown_keys_of(calendar, _CALENDAR, rule=None)
    yield from _hours(calendar)
    yield from _holidays(calendar)


def _hours(calendar: SourceBlock) -> Iterator[RulebookProblem]:
    entry = calendar.entry("hours")
    if entry is None:
        return
    if entry.block is None or not entry.block.entries:
        yield RulebookProblem(line=entry.line, rule=None, message="`hours` names no days.", hint=_CALENDAR_HINT)
        return
    first: dict[int, int] = {}
    for day in entry.block.entries:
        days = weekdays_of(day.key)
        if not days:
            hint = f"{did_you_mean(day.key, WEEKDAYS)} {one_of(WEEKDAYS)[:-1]}, or a span such as mon-fri.".strip()
            yield RulebookProblem(
                line=day.line, rule=None, message=f"{day.key[:80]!r} is no day of the week.", hint=hint
            )
        yield from _shifts(day)
        repeated = [number for number in days if number in first]
        if repeated:
            message = f"{WEEKDAYS[repeated[0]]} has hours on line {first[repeated[0]]} already."
            yield RulebookProblem(line=day.line, rule=None, message=message, hint="Name each day once.")
        for number in days:
            first.setdefault(number, day.line)


def _holidays(calendar: SourceBlock) -> Iterator[RulebookProblem]:
    entry = calendar.entry("holidays")
    if entry is None:
        return
    if not isinstance(entry.node, yaml.SequenceNode):
        hint = "Write `holidays: [{date: 2026-12-25, name: Navidad}]`."
        yield RulebookProblem(line=entry.line, rule=None, message="`holidays` is not a list.", hint=hint)
        return
    first: dict[tuple[int | None, int, int], int] = {}
    for item in holidays_written(calendar):
        block = item.block or SourceBlock(line=item.line, entries=())
        yield from unknown_keys_of(block, _HOLIDAY, rule=None)
        yield from repeated_keys_of(block, rule=None)
        hours = block.entry("hours")
        if hours is not None:
            yield from _shifts(hours)
        holiday = holiday_of(block)
        if holiday is None:
            message = f"The holiday {(block.text('date') or '')[:80]!r} is not a date."
            hint = "Write year-month-day, as in `{date: 2026-12-25, name: Navidad}`, or 12-25 for every year."
            yield RulebookProblem(line=item.line, rule=None, message=message, hint=hint)
            continue
        if not holiday.name:
            hint = "Write `name:`; people are told it."
            yield RulebookProblem(line=item.line, rule=None, message="The holiday has no name.", hint=hint)
        day = (holiday.year, holiday.month, holiday.day)
        if day in first:
            message = f"This day is a holiday on line {first[day]} already."
            yield RulebookProblem(line=item.line, rule=None, message=message, hint="Keep one of them.")
        first.setdefault(day, item.line)


def _shifts(entry: SourceEntry) -> Iterator[RulebookProblem]:
    if shifts_of(entry.text or "") is None:
        message = f"The hours {(entry.text or '')[:80]!r} cannot be read."
        yield RulebookProblem(line=entry.line, rule=None, message=message, hint=_SHIFTS)
