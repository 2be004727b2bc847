"""Times and numbers as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.wording.texts import Wording

_MINUTE = timedelta(minutes=1)


def format_duration(passed: timedelta) -> str:
    """`42 min`, `3 h 05 min`, `2 d 4 h`; the same in Spanish and English."""
    minutes = max(0, passed // _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def format_clock(respond_by: datetime | None, responded_at: datetime | None, *, now: datetime, say: Wording) -> str:
    """The state of the first-response clock: `answered`, `due in 12 min`, `late by 12 min`, or nothing."""
    if responded_at is not None:
        return say("clock_answered")
    if respond_by is None:
        return ""
    if respond_by < now:
        return say("clock_late", span=format_duration(now - respond_by))
    return say("clock_due", span=format_duration(respond_by - now))


def format_time(at: datetime, zone: str, *, now: datetime, say: Wording) -> str:
    """`10:42` today, `21 nov 10:42` in the last months, `21 nov 2024 10:42` before; in the zone given."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if local.date() == today.date():
        return f"{local:%H:%M}"
    month = say("months").split()[local.month - 1]
    year = "" if abs((today - local).days) < 300 else f" {local.year}"
    return f"{local.day} {month}{year} {local:%H:%M}"


def format_thousands(count: int) -> str:
    """`12 345`, as both languages read it."""
    return f"{count:,}".replace(",", " ")


def format_percent(share: float, say: Wording) -> str:
    """`87.5 %`, with the decimal sign of the language."""
    written = f"{100 * share:.1f}".removesuffix(".0")
    return f"{written.replace('.', say('decimal_sign'))} %"


def format_dollars(amount: float) -> str:
    """`$0.015`, `$12.50`."""
    return f"${amount:.3f}".removesuffix("0") if amount < 1 else f"${amount:,.2f}"
