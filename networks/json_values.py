"""Reads JSON answers of any network, tolerating what is absent or of another shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

import orjson

Json: TypeAlias = Union[bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None]  # noqa: UP007
JsonObject: TypeAlias = Mapping[str, Json]


def read_object(content: bytes) -> JsonObject | None:
    """The JSON object that `content` is; None where it is something else."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = _read_tolerantly(content)
    return body if isinstance(body, dict) else None


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
    return max(int(found), 0) if isinstance(found, int | float) and -1e15 < found < 1e15 else 0


def _read_tolerantly(content: bytes) -> object:
    # orjson refuses lone surrogates, which posts may hold.
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
