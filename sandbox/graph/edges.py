"""Lists of nodes page by page; a cursor names a position in the order, so that insertions do not disturb it."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from sandbox.graph.refusals import invalid
from sandbox.graph.selection import Json, NodeKind, ReadCall, SelectedField, rendered

Thing = TypeVar("Thing")
USUAL_LIMIT = 25
LARGEST_LIMIT = 100
Place = tuple[float, int]


@dataclass(frozen=True, kw_only=True)
class EdgeRequest:
    """A requested edge of a node."""

    owner: str
    name: str
    arguments: Mapping[str, str]
    fields: tuple[SelectedField, ...]
    newest_first: bool = True


def listed(reading: ReadCall, kind: NodeKind[Thing], things: Sequence[Thing], edge: EdgeRequest) -> Json:
    """One page of an edge; `things` are given oldest first. The last page has no `next`."""
    limit = _limit(edge.arguments.get("limit"))
    low, high = _span(things, kind, edge)
    more = high - low > limit
    if _backwards(edge) == edge.newest_first:
        chosen = list(things[low : min(high, low + limit)])
    else:
        chosen = list(things[max(low, high - limit) : high])
    if edge.newest_first:
        chosen.reverse()
    answer: Json = {"data": [rendered(reading, kind, thing, edge.fields) for thing in chosen]}
    if chosen:
        answer["paging"] = _paging(reading, kind, chosen, edge, more=more or _backwards(edge))
    if edge.arguments.get("summary", "").casefold() in {"1", "true", "total_count"}:
        order = edge.arguments.get("order", "chronological")
        answer["summary"] = {"order": order, "total_count": len(things)}
    return answer


def _span(things: Sequence[Thing], kind: NodeKind[Thing], edge: EdgeRequest) -> tuple[int, int]:
    """Between which positions of `things` the page lies, as times and cursors bound it."""
    given = edge.arguments
    after, before = _cursor(given, "after"), _cursor(given, "before")
    if edge.newest_first:
        after, before = before, after
    since, until = _time(given, "since"), _time(given, "until")
    low = bisect_left(things, (since, 0), key=kind.place) if since is not None else 0
    high = bisect_left(things, (until + 1, 0), key=kind.place) if until is not None else len(things)
    if after is not None:
        low = max(low, bisect_right(things, after, key=kind.place))
    if before is not None:
        high = min(high, bisect_left(things, before, key=kind.place))
    return low, max(low, high)


def _backwards(edge: EdgeRequest) -> bool:
    """True where the page before a cursor is asked for."""
    return bool(edge.arguments.get("before")) and not edge.arguments.get("after")


def _paging(
    reading: ReadCall, kind: NodeKind[Thing], chosen: Sequence[Thing], edge: EdgeRequest, *, more: bool
) -> Json:
    first, last = cursor(kind.place(chosen[0])), cursor(kind.place(chosen[-1]))
    paging: Json = {"cursors": {"before": first, "after": last}}
    if more:
        query = {name: value for name, value in edge.arguments.items() if name not in {"before", "after"}}
        query |= {"access_token": reading.session.token, "after": last}
        if reading.proof:
            query["appsecret_proof"] = reading.proof
        if edge.fields and "fields" not in query:
            query["fields"] = ",".join(map(written, edge.fields))
        paging["next"] = f"{reading.origin}/{edge.owner}/{edge.name}?{urlencode(query, errors='replace')}"
    return paging


def written(field: SelectedField) -> str:
    """A field as it is written in a `fields` parameter."""
    arguments = "".join(f".{name}({value})" if name else f"({value})" for name, value in field.arguments)
    inner = f"{{{','.join(map(written, field.fields))}}}" if field.fields else ""
    return f"{field.name}{arguments}{inner}"


def cursor(place: Place) -> str:
    """The cursor of a place."""
    at, identifier = place
    return base64.urlsafe_b64encode(f"{at!r}:{identifier}".encode()).decode()


def _cursor(given: Mapping[str, str], name: str) -> Place | None:
    value = given.get(name)
    if not value:
        return None
    try:
        at, _, identifier = base64.urlsafe_b64decode(value.encode("ascii")).decode("ascii").partition(":")
        return float(at), int(identifier)
    except (ValueError, UnicodeError, binascii.Error):
        raise invalid(f"Invalid cursor in parameter {name}") from None


def _time(given: Mapping[str, str], name: str) -> float | None:
    value = given.get(name)
    if not value:
        return None
    if value.isascii() and value.isdigit() and len(value) < 12:
        return float(value)
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"{name} must be a valid date or unix time") from None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _limit(value: str | None) -> int:
    if value is None:
        return USUAL_LIMIT
    if not (value.isascii() and value.isdigit() and 0 < len(value) < 10):
        raise invalid("Param limit must be an integer")
    return min(int(value), LARGEST_LIMIT)
