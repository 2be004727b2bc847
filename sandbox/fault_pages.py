"""Serves a page of a list in another way than it was asked for, so that everything can still be reached."""

from __future__ import annotations

import json
from collections.abc import Callable

from sandbox import fault_meta_pages
from sandbox.fault_meta_pages import shuffled
from sandbox.feeds import page_token
from sandbox.truth import as_json

Json = dict[str, object]
Item = dict[str, object]
HIDDEN_TYPE = "https://api.x.com/2/problems/not-authorized-for-resource"


def served_otherwise(kind: str, body: bytes) -> bytes | None:
    """The answer's body as that kind of failure leaves it; None where it is no such page or would not change."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    if _is_x_page(told):
        changed = X_PAGES[kind](told, _items(told))
    else:
        changed = META_PAGES[kind](told) if kind in META_PAGES else None
    return None if changed is None else as_json(changed)


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
    """A post that others refer to is kept back, and named in `errors`, as X does for posts of protected accounts."""
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
    "empty_page": fault_meta_pages.empty,
    "overlapping_pages": fault_meta_pages.overlapping,
    "duplicated_page": fault_meta_pages.duplicated,
    "reordered_page": fault_meta_pages.reordered,
}


def _is_x_page(told: Json) -> bool:
    return "result_count" in _meta(told)


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
