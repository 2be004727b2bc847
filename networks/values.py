"""Reads what networks write: JSON of unknown shape, dates, and ids for texts of networks that keep no edit history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
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


def revision_of(external_id: str, text: str) -> str:
    """An id of this very text of a post: another text of the same post has another one."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{external_id}#{digest[:12]}"
