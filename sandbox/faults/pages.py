"""Spoils a page of a list of either API (short, empty, repeated, reordered) so that everything can still be reached."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.graph.edges import Place, cursor
from sandbox.world.feeds import page_token
from sandbox.world.truth import as_json

Json = dict[str, object]
Page = dict[str, object]
Item = dict[str, object]
LIMIT = re.compile(rb"(\blimit(?:=|\(|%28))(\d+)")
"""A size asked for, of a list of its own or of one inside another."""
HIDDEN_TYPE = "https://api.x.com/2/problems/not-authorized-for-resource"


def served_otherwise(kind: str, body: bytes) -> bytes | None:
    """The answer's body as that kind of failure leaves it; None where it is no such page or would not change."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    if _is_x_page(document):
        changed = X_PAGES[kind](document, _items(document))
    else:
        changed = META_PAGES[kind](document) if kind in META_PAGES else None
    return None if changed is None else as_json(changed)


def shorter_query(query: bytes) -> bytes | None:
    """A query that asks for half of each list; None where it asks for no size above one."""
    shorter = LIMIT.sub(lambda found: found.group(1) + str((int(found.group(2)) + 1) // 2).encode(), query)
    return shorter if shorter != query else None


def graph_duplicated(document: Json) -> Json | None:
    """Every list holds its first item twice."""
    return _each_page(document, lambda page: page | {"data": [*_graph_items(page), _graph_items(page)[0]]})


def graph_reordered(document: Json) -> Json | None:
    """Every list is in another order."""
    return _each_page(document, lambda page: page | {"data": shuffled(_graph_items(page))})


def graph_emptied(document: Json) -> Json | None:
    """Lists with a next page are empty, and that page holds their items, as where privacy hides all posts of a page."""
    return _each_page(document, _emptied)


def graph_overlapping(document: Json) -> Json | None:
    """Lists with a next page begin it with the last item of this one."""
    return _each_page(document, lambda page: _going_on(page, "after"))


def shuffled(items: list[Item]) -> list[Item]:
    """Every second item first, so that first and last item change."""
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
    return change(inner) if _graph_items(inner) else inner


def _graph_items(page: Page) -> list[Item]:
    data = page.get("data")
    return data if isinstance(data, list) and all(isinstance(item, dict) and "id" in item for item in data) else []


def _short(page: Json, items: list[Item]) -> Json | None:
    if len(items) < 2:
        return None
    kept = items[: (len(items) + 1) // 2]
    meta = _meta(page) | {"result_count": len(kept), "next_token": page_token(_id(kept[-1]))}
    if "oldest_id" in meta:
        meta["oldest_id"] = kept[-1]["id"]
    return page | {"data": kept, "meta": meta}


def _empty(page: Json, items: list[Item]) -> Json | None:
    if not items:
        return None
    rest = {name: value for name, value in page.items() if name not in {"data", "includes", "errors"}}
    return rest | {"meta": {"result_count": 0, "next_token": page_token(_id(items[0]) + 1)}}


def _overlapping(page: Json, items: list[Item]) -> Json | None:
    if not items:
        return None
    return page | {"meta": _meta(page) | {"next_token": page_token(_id(items[-1]) + 1)}}


def _duplicated(page: Json, items: list[Item]) -> Json | None:
    if not items:
        return None
    twice = [*items, items[0]]
    return page | {"data": twice, "meta": _meta(page) | {"result_count": len(twice)}}


def _reordered(page: Json, items: list[Item]) -> Json | None:
    return page | {"data": shuffled(items)} if len(items) > 1 else None


def _partial(page: Json, items: list[Item]) -> Json | None:
    """A post that others refer to is left out and named in `errors`, as X does for posts of protected accounts."""
    includes = page.get("includes")
    held = includes if isinstance(includes, dict) else {}
    name = "posts" if "posts" in held else "tweets"
    referenced = held.get(name)
    if not items or not isinstance(referenced, list) or not referenced:
        return None
    gone = str(referenced[-1]["id"])
    rest = {key: value for key, value in held.items() if key != name}
    if len(referenced) > 1:
        rest[name] = referenced[:-1]
    earlier = page.get("errors")
    errors = [*(earlier if isinstance(earlier, list) else []), _kept_back(gone)]
    changed = {key: value for key, value in page.items() if key != "includes"} | {"errors": errors}
    return changed | {"includes": rest} if rest else changed


X_PAGES: dict[str, Callable[[Json, list[Item]], Json | None]] = {
    "short_page": _short,
    "empty_page": _empty,
    "overlapping_pages": _overlapping,
    "duplicated_page": _duplicated,
    "reordered_page": _reordered,
    "partial": _partial,
}


META_PAGES: dict[str, Callable[[Json], Json | None]] = {
    "empty_page": graph_emptied,
    "overlapping_pages": graph_overlapping,
    "duplicated_page": graph_duplicated,
    "reordered_page": graph_reordered,
}


def _is_x_page(document: Json) -> bool:
    return "result_count" in _meta(document)


def _meta(page: Json) -> Json:
    meta = page.get("meta")
    return meta if isinstance(meta, dict) else {}


def _items(page: Json) -> list[Item]:
    data = page.get("data")
    return data if isinstance(data, list) else []


def _id(item: Item) -> int:
    return int(str(item["id"]))


def _kept_back(identifier: str) -> Json:
    return {
        "value": identifier,
        "detail": f"Sorry, you are not authorized to see the Tweet with referenced_tweets.id: [{identifier}].",
        "title": "Authorization Error",
        "resource_type": "tweet",
        "parameter": "referenced_tweets.id",
        "resource_id": identifier,
        "type": HIDDEN_TYPE,
    }
