"""What every post and message of X must carry."""

from __future__ import annotations

from datetime import datetime

from networks.errors import Garbled
from networks.json_values import JsonObject, text_of
from networks.moments import moment_of


def required(value: JsonObject, key: str, *, what: str) -> str:
    """A string that is not empty. Raises Garbled, naming what lacks it."""
    found = text_of(value, key)
    if not found:
        raise Garbled(f"X answered with {what} without {key}; it will be asked again.")
    return found


def moment(value: JsonObject, key: str, *, what: str) -> datetime:
    """An aware moment in UTC. Raises Garbled where it is missing or no date."""
    try:
        return moment_of(required(value, key, what=what))
    except ValueError:
        raise Garbled(f"X answered with {what} whose {key} is no date; it will be asked again.") from None
