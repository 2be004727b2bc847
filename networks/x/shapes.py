"""Reads values out of X's JSON, tolerating what is absent or of another shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias, Union

from networks.errors import Garbled

Json: TypeAlias = Union[bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None]  # noqa: UP007
JsonObject: TypeAlias = Mapping[str, Json]


def mappings(value: Json) -> list[JsonObject]:
    """The objects of a JSON array; none where it is not an array."""
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, Mapping)]


def mapping(value: Json) -> JsonObject:
    """A JSON object; an empty one where it is something else."""
    return value if isinstance(value, Mapping) else {}


def strings(value: Json) -> list[str]:
    """The strings of a JSON array."""
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, str)]


def text_of(value: JsonObject, key: str) -> str:
    """A string, or the empty string where there is none."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def whole_number(value: JsonObject, key: str) -> int:
    """A count that is not negative, or 0."""
    found = value.get(key)
    return max(found, 0) if isinstance(found, int) else 0


def required(value: JsonObject, key: str, *, what: str) -> str:
    """A string that is not empty. Raises Garbled, naming what lacks it."""
    found = text_of(value, key)
    if not found:
        raise Garbled(f"X answered with {what} without {key}; it will be asked again.")
    return found


def moment(value: JsonObject, key: str, *, what: str) -> datetime:
    """An aware moment in UTC. Raises Garbled where it is missing or not ISO 8601."""
    try:
        found = datetime.fromisoformat(required(value, key, what=what))
    except ValueError:
        raise Garbled(f"X answered with {what} whose {key} is no date; it will be asked again.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
