"""Reads Meta's usage headers: how much of an hour's allowance is used, and when a blocked account may call again.

`X-App-Usage` and `X-Business-Use-Case-Usage` give percentages of a rolling hour (Graph API, "Rate Limits").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from networks.json_values import JsonObject, mappings, read_object, whole_number
from networks.protocol import Budget

WHOLE = 100
EASES_WITHIN = timedelta(minutes=15)
"""After this much of the rolling hour part of the allowance is back; used where Meta names no time."""

Clock = Callable[[], datetime]

_SHARES = ("call_count", "total_cputime", "total_time")


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The fullest of the allowances that an answer names."""

    used: int
    """Percent."""
    regain_in: timedelta | None
    """None where Meta does not block the account."""


def usage_of(headers: Mapping[str, str]) -> Usage | None:
    """The tightest usage that the headers tell; None where they tell none."""
    found = [*_app_usage(headers), *_business_usage(headers)]
    if not found:
        return None
    used = max(max(whole_number(each, share) for share in _SHARES) for each in found)
    minutes = max(whole_number(each, "estimated_time_to_regain_access") for each in found)
    return Usage(used=used, regain_in=timedelta(minutes=min(minutes, 60 * 24 * 31)) if minutes else None)


def budget_of(headers: Mapping[str, str], endpoint: str, *, clock: Clock | None) -> Budget | None:
    """What is left, in percent; None where the headers or the time are not told."""
    usage, now = usage_of(headers), time_of(headers, clock)
    if usage is None or now is None:
        return None
    left = 0 if usage.regain_in else max(WHOLE - usage.used, 0)
    resets_at = now + (usage.regain_in or EASES_WITHIN)
    return Budget(endpoint=endpoint, remaining=left, resets_at=resets_at, limit=WHOLE)


def regain_at(headers: Mapping[str, str], *, clock: Clock | None) -> datetime | None:
    """When an account that was asked to wait may call again; None where the time is not known."""
    usage, now = usage_of(headers), time_of(headers, clock)
    if now is None:
        return None
    return now + ((usage.regain_in if usage else None) or EASES_WITHIN)


def time_of(headers: Mapping[str, str], clock: Clock | None) -> datetime | None:
    """Our own time where a clock is given, since Meta counts in minutes from now; else that of the answer."""
    if clock is not None:
        return clock()
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _app_usage(headers: Mapping[str, str]) -> list[JsonObject]:
    found = read_object(headers.get("x-app-usage", "").encode("utf-8", "replace"))
    return [found] if found else []


def _business_usage(headers: Mapping[str, str]) -> list[JsonObject]:
    found = read_object(headers.get("x-business-use-case-usage", "").encode("utf-8", "replace"))
    return [each for uses in (found or {}).values() for each in mappings(uses)]
