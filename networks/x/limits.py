"""Reads X's rate headers: how much is left, and from when on there is more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from networks.protocol import Budget

_WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def budget_of(headers: Mapping[str, str], endpoint: str) -> Budget | None:
    """The tightest window that the headers name; None where they name none."""
    found = [budget for window in _WINDOWS if (budget := _window(headers, window, endpoint)) is not None]
    return min(found, key=lambda each: (each.remaining, -each.resets_at.timestamp()), default=None)


def _window(headers: Mapping[str, str], window: str, endpoint: str) -> Budget | None:
    remaining = headers.get(f"{window}-remaining", "")
    reset = headers.get(f"{window}-reset", "")
    limit = headers.get(f"{window}-limit", "")
    try:
        return Budget(
            endpoint=endpoint,
            remaining=max(int(remaining), 0),
            resets_at=datetime.fromtimestamp(int(reset), tz=UTC),
            limit=int(limit) if limit.isascii() and limit.isdigit() else None,
        )
    except (ValueError, OverflowError, OSError):
        return None
