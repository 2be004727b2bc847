"""Ordered lists of posts: X's feeds page by page, and walls with their comments on Meta's networks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.world.models import Post

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
class PostPage:
    """Ids newest first. `next_token` is None at the end; a page may be short before that."""

    ids: tuple[int, ...]
    next_token: str | None


class PostFeed:
    """Ids in ascending order."""

    def __init__(self) -> None:
        self.ids: list[int] = []

    def add(self, identifier: int) -> None:
        """Add an id, keeping the order."""
        if not self.ids or self.ids[-1] < identifier:
            self.ids.append(identifier)
        else:
            insort(self.ids, identifier)

    def page(self, request: PageRequest, wanted: Callable[[int], bool], *, newest: int | None = None) -> PostPage:
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
        return PostPage(ids=tuple(found), next_token=page_token(self.ids[position + 1]) if more else None)


def page_token(last_id: int) -> str:
    """A token that continues below that id, whatever is added above it meanwhile."""
    return f"{TOKEN_HEAD}{last_id:x}"


def token_id(token: str) -> int:
    """The id in a token; ValueError where the sandbox did not issue it."""
    if not token.startswith(TOKEN_HEAD):
        raise ValueError(f"unknown paging token {token[:40]!r}")
    return int(token.removeprefix(TOKEN_HEAD), 16)


class Walls:
    """Posts by account and comments by parent, each in the order of their times."""

    def __init__(self) -> None:
        self._roots: dict[int, list[Post]] = defaultdict(list)
        self._threads: dict[int, list[Post]] = defaultdict(list)
        self._answers: dict[int, list[Post]] = defaultdict(list)

    def add(self, post: Post) -> None:
        """Add a post; one under a deleted post counts as deleted."""
        if post.parent is None:
            insort(self._roots[post.page], post, key=place)
            return
        under = stands_under(post)
        post.deleted = post.deleted or under.deleted or post.root.deleted
        insort(self._threads[post.root.id], post, key=place)
        insort(self._answers[under.id], post, key=place)

    def roots(self, account: int) -> list[Post]:
        """Posts on the account's wall and those that tag it, oldest first."""
        return [post for post in self._roots.get(account, ()) if not post.deleted]

    def thread(self, root: Post) -> list[Post]:
        """All comments under a post, whatever they answer, oldest first."""
        return [post for post in self._threads.get(root.id, ()) if not post.deleted]

    def answers(self, post: Post) -> list[Post]:
        """Comments directly under a post, or replies under a top-level comment, oldest first."""
        return [answer for answer in self._answers.get(post.id, ()) if not answer.deleted]

    def beneath(self, post: Post) -> Sequence[Post]:
        """Everything that is deleted with a post."""
        return (self._threads if post.parent is None else self._answers).get(post.id, ())


def place(post: Post) -> tuple[float, int]:
    """The order of posts and comments: by time, then by id."""
    return post.at, post.id


def stands_under(comment: Post) -> Post:
    """The parent of a comment on Meta's two levels: its post, or a top-level comment."""
    above = comment.parent
    while above is not None and above.parent is not None and above.parent.parent is not None:
        above = above.parent
    return comment if above is None else above


def meta_kind(network: str, given: str | None, *, parent: Post | None, inbound: bool) -> str:
    """The kind of a post on Meta's networks; `given` counts where it is possible."""
    if parent is not None:
        return "comment"
    if not inbound:
        return "ad" if given == "ad" else "post"
    if given in {"tag", "mention"}:
        return given
    return "visitor_post" if network == "facebook" else "tag"
