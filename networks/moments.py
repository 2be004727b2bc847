"""Dates as networks and exports write them."""

from __future__ import annotations

from datetime import UTC, datetime

_X_OLD_FORM = "%a %b %d %H:%M:%S %z %Y"


def moment_of(written: str) -> datetime:
    """An aware moment in UTC, from ISO 8601 or X's old form (`Wed Oct 10 20:19:24 +0000 2018`); no zone means UTC.

    Raises ValueError where it is neither.
    """
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = datetime.strptime(written, _X_OLD_FORM)  # noqa: DTZ007 - the form names the zone
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{written[:40]!r} is outside the years that can be counted.") from None
