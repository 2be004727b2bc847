"""Values that Graph API objects must hold, and pages of an edge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from networks.errors import Garbled
from networks.values import JsonObject, mapping, mappings, text_of
from records.models import Author, ParentPost


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One page of an edge. A short or empty page is not the end; no `after` is."""

    items: tuple[JsonObject, ...]
    after: str | None


@dataclass(frozen=True, kw_only=True)
class ThreadRoot:
    """The post or medium that comments hang under."""

    above: ParentPost
    media_urls: tuple[str, ...] = ()


def edge_of(value: JsonObject) -> Edge:
    """The page that an edge answered with. Raises Garbled where it is none."""
    if not isinstance(value.get("data"), list):
        raise Garbled("Meta answered with a list without data; it will be asked again.")
    return Edge(items=tuple(mappings(value.get("data"))), after=_after(mapping(value.get("paging"))))


def nested_edge(value: JsonObject, key: str) -> Edge:
    """The page of an edge inside an object; an empty last one where Meta left it out, as it does with empty ones."""
    inner = mapping(value.get(key))
    return edge_of(inner) if inner else Edge(items=(), after=None)


def required(value: JsonObject, key: str, *, what: str) -> str:
    """A string that is not empty. Raises Garbled, naming what lacks it."""
    found = text_of(value, key)
    if not found:
        raise Garbled(f"Meta answered with {what} without {key}; it will be asked again.")
    return found


def moment(value: JsonObject, key: str, *, what: str) -> datetime:
    """An aware moment in UTC. Raises Garbled where it is missing or no date."""
    try:
        found = datetime.fromisoformat(required(value, key, what=what))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Garbled(f"Meta answered with {what} whose {key} is no date; it will be asked again.") from None


def told_flag(value: JsonObject, key: str) -> bool | None:
    """What Meta says of a yes-or-no field; None where it does not say."""
    found = value.get(key)
    return found if isinstance(found, bool) else None


def author_of(value: JsonObject, *, of: str) -> Author:
    """The author as Meta describes them. Where it withholds them, one who wrote `of` and nothing else.

    Facebook knows people by name alone: it stands for the handle.
    """
    external_id = text_of(value, "id")
    if not external_id:
        handle = text_of(value, "username")
        return Author(external_id=f"@{handle}" if handle else f"author-of-{of}", handle=handle, display_name=handle)
    name = text_of(value, "name") or text_of(value, "username")
    return Author(external_id=external_id, handle=text_of(value, "username") or name, display_name=name)


def _after(paging: JsonObject) -> str | None:
    following = text_of(paging, "next")
    if not following:
        return None
    after = text_of(mapping(paging.get("cursors")), "after") or _after_in(following)
    if not after:
        raise Garbled("Meta names a next page without saying where it begins; it will be asked again.")
    return after


def _after_in(address: str) -> str:
    try:
        return parse_qs(urlsplit(address).query).get("after", [""])[0]
    except ValueError:
        return ""
