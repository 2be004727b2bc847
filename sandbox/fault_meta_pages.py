"""Serves lists of the Graph API, also those inside other nodes, in another way than they were asked for."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.graph.edges import Place, cursor

Json = dict[str, object]
Page = dict[str, object]
Item = dict[str, object]
LIMIT = re.compile(rb"(\blimit(?:=|\(|%28))(\d+)")
"""A size asked for, of a list of its own or of one inside another."""


def shorter_query(query: bytes) -> bytes | None:
    """A query that asks for half of each list; None where it asks for no size above one."""
    shorter = LIMIT.sub(lambda found: found.group(1) + str((int(found.group(2)) + 1) // 2).encode(), query)
    return shorter if shorter != query else None


def duplicated(document: Json) -> Json | None:
    """The first item of every list comes twice."""
    return _each_page(document, lambda page: page | {"data": [*_items(page), _items(page)[0]]})


def reordered(document: Json) -> Json | None:
    """Every list is in another order."""
    return _each_page(document, lambda page: page | {"data": shuffled(_items(page))})


def empty(document: Json) -> Json | None:
    """Lists that go on are empty here, and go on with what they held; Meta does so where privacy hides a whole page."""
    return _each_page(document, _emptied)


def overlapping(document: Json) -> Json | None:
    """Lists that go on begin their next page with the last item of this one."""
    return _each_page(document, lambda page: _going_on(page, "after"))


def shuffled(items: list[Item]) -> list[Item]:
    """Every second item first, so that neither end stays where it was."""
    return items[1::2] + items[::2]


def _emptied(page: Page) -> Page:
    going_on = _going_on(page, "before")
    return going_on if going_on is page else going_on | {"data": []}


def _going_on(page: Page, end: str) -> Page:
    """The page with a next one that begins at the item at that end of this one; unchanged where it is the last."""
    paging = page.get("paging")
    if not isinstance(paging, dict) or "next" not in paging:
        return page
    cursors = paging["cursors"]
    first, last = _place(cursors["before"]), _place(cursors["after"])
    if first == last:
        return page
    at, identifier = first if end == "before" else last
    after = cursor((at, identifier + (1 if first > last else -1)))
    parts = urlsplit(str(paging["next"]))
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {"after": after}
    following = urlunsplit(parts._replace(query=urlencode(query, errors="replace")))
    return page | {"paging": {"cursors": dict(cursors) | {"after": after}, "next": following}}


def _place(written: str) -> Place:
    at, _, identifier = base64.urlsafe_b64decode(written.encode("ascii")).decode("ascii").partition(":")
    return float(at), int(identifier)


def _each_page(document: Json, change: Callable[[Page], Page]) -> Json | None:
    """Change every list in a document, the innermost first; None where nothing changes."""
    changed = _walked(document, change)
    return changed if changed != document and isinstance(changed, dict) else None


def _walked(value: object, change: Callable[[Page], Page]) -> object:
    if isinstance(value, list):
        return [_walked(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _walked(each, change) for key, each in value.items()}
    return change(inner) if _items(inner) else inner


def _items(page: Page) -> list[Item]:
    data = page.get("data")
    return data if isinstance(data, list) and all(isinstance(item, dict) and "id" in item for item in data) else []
