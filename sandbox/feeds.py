"""Lists of post ids, and pages through them, newest first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass

TOKEN_HEAD = "7140dibdnow9c7btw4"  # noqa: S105 - what X's paging tokens look like; no secret


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which part of a feed is asked for. Ids are exclusive bounds; times are epoch seconds, `end` exclusive."""

    size: int
    since_id: int | None = None
    until_id: int | None = None
    start: float | None = None
    end: float | None = None
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Ids newest first. `next_token` is None at the end; a page may be short before that."""

    ids: tuple[int, ...]
    next_token: str | None


class Feed:
    """Ids in ascending order."""

    def __init__(self) -> None:
        self.ids: list[int] = []

    def add(self, identifier: int) -> None:
        """Put an id in its place."""
        if not self.ids or self.ids[-1] < identifier:
            self.ids.append(identifier)
        else:
            insort(self.ids, identifier)

    def page(self, request: PageRequest, wanted: Callable[[int], bool], *, newest: int | None = None) -> Page:
        """Read a page of ids for which `wanted` holds, among the `newest` ids of the feed (None: all)."""
        high = len(self.ids)
        low = 0 if newest is None else max(0, high - newest)
        if request.until_id is not None:
            high = bisect_left(self.ids, request.until_id)
        if request.token is not None:
            high = min(high, bisect_left(self.ids, token_id(request.token)))
        if request.since_id is not None:
            low = max(low, bisect_right(self.ids, request.since_id))
        found: list[int] = []
        position = high - 1
        while position >= low and len(found) < request.size:
            if wanted(self.ids[position]):
                found.append(self.ids[position])
            position -= 1
        more = position >= low
        return Page(ids=tuple(found), next_token=page_token(self.ids[position + 1]) if more else None)


def page_token(last_id: int) -> str:
    """A token that continues below that id, whatever is added above it meanwhile."""
    return f"{TOKEN_HEAD}{last_id:x}"


def token_id(token: str) -> int:
    """The id in a token; ValueError where it is none of ours."""
    if not token.startswith(TOKEN_HEAD):
        raise ValueError(f"unknown paging token {token[:40]!r}")
    return int(token.removeprefix(TOKEN_HEAD), 16)
