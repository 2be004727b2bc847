"""When a desk opens, in words that a person is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from policies.calendar import Calendar
from policies.wordings import LANGUAGES, Wordings, wordings

_A_WEEK = timedelta(days=7)


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
