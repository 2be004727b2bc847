"""The position in a list of posts and in what is nested under them, as the opaque token of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from networks.errors import Garbled
from networks.protocol import Budget, FeedPage, OwnPost
from records.models import FetchedPost


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Something whose further pages are still to be read."""

    external_id: str
    edge: str
    after: str


@dataclass(frozen=True, kw_only=True)
class NestedCursor:
    """What is read next: the branches first, then the next page of the list that is numbered `source`."""

    source: int = 0
    after: str | None = None
    branches: tuple[Branch, ...] = ()

    @property
    def token(self) -> str:
        """The cursor as text, from which another process can continue."""
        branches = [[each.external_id, each.edge, each.after] for each in self.branches]
        return orjson.dumps([self.source, self.after, branches]).decode()

    def with_branches(self, branches: tuple[Branch, ...]) -> NestedCursor:
        """The same cursor with more to read first."""
        return replace(self, branches=(*self.branches, *branches))


def cursor_of(token: str | None) -> NestedCursor:
    """The cursor that a token names; the beginning where there is none, or one that cannot be read."""
    try:
        source, after, branches = orjson.loads(token or "null")
        return NestedCursor(
            source=int(source),
            after=None if after is None else str(after),
            branches=tuple(Branch(external_id=each, edge=edge, after=to) for each, edge, to in branches),
        )
    except (ValueError, TypeError):
        return NestedCursor()


def next_token(
    cursor: NestedCursor, *, after: str | None, goes_on: bool, sources: int, branches: tuple[Branch, ...]
) -> str | None:
    """The token of what is read after a page of the list at `cursor`; None at the end of the last list.

    `after` is Meta's own cursor at the end of the page, and `goes_on` whether what lies behind it is wanted. Raises
    Garbled where the network names the page it has just served.
    """
    if after is not None and after == cursor.after:
        raise Garbled("Meta names the same next page again and again; it will be asked again later.")
    if after is not None and goes_on:
        return NestedCursor(source=cursor.source, after=after, branches=branches).token
    if cursor.source + 1 < sources:
        return NestedCursor(source=cursor.source + 1, branches=branches).token
    return NestedCursor(source=sources, branches=branches).token if branches else None


def token_after_branch(
    cursor: NestedCursor, *, after: str | None, goes_on: bool, sources: int, more: tuple[Branch, ...] = ()
) -> str | None:
    """The token of what is read after a page of the first branch of `cursor`."""
    first, *others = cursor.branches
    if after is not None and after == first.after:
        raise Garbled("Meta names the same next page again and again; it will be asked again later.")
    rest = (*((replace(first, after=after),) if after is not None and goes_on else ()), *more, *others)
    if not rest and cursor.source >= sources:
        return None
    return replace(cursor, branches=rest).token


def page_of(
    found: Sequence[FetchedPost | OwnPost], *, next_page: str | None = None, budget: Budget | None = None
) -> FeedPage:
    """A page with the posts of others apart from our own."""
    return FeedPage(
        posts=tuple(each for each in found if isinstance(each, FetchedPost)),
        own=tuple(each for each in found if isinstance(each, OwnPost)),
        next_page=next_page,
        budget=budget,
    )
