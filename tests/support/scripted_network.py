"""A network that serves the pages and refusals that a test lists."""

# ruff: noqa: ARG002 - it answers as the Protocol asks

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from networks.errors import NetworkError
from networks.protocol import Access, Budget, FeedBounds, FeedPage, Refetched
from records.enums import Feed
from records.models import FetchedPost


@dataclass(kw_only=True)
class ScriptedNetwork:
    """Pages of posts, two to a page, and what is to go wrong."""

    posts: list[FetchedPost] = field(default_factory=list)
    page_size: int = 2
    budget: Budget | None = None
    fails: dict[str | None, NetworkError] = field(default_factory=dict)
    """By the page that is asked for."""
    access: Access | NetworkError = field(default_factory=Access)
    standing: dict[str, FetchedPost | None] = field(default_factory=dict)
    """What `refetch` finds; None: gone. Others are not told of."""
    reread_fails: NetworkError | None = None
    asked: list[tuple[Feed, str | None, datetime | None, datetime]] = field(default_factory=list)
    reread_asked: list[tuple[str, ...]] = field(default_factory=list)
    refetch_at_most: int = 100
    name: str = "x"
    feeds: tuple[Feed, ...] = (Feed.MENTIONS, Feed.SEARCH)

    def bounds(self, feed: Feed) -> FeedBounds:
        return FeedBounds()

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...] = ()
    ) -> FeedPage:
        self.asked.append((feed, page, since, until))
        if page in self.fails:
            raise self.fails[page]
        start = int(page or 0)
        end = start + self.page_size
        served = [post for post in self.posts if since is None or post.published_at >= since]
        following = str(end) if end < len(served) else None
        return FeedPage(posts=tuple(served[start:end]), next_page=following, budget=self.budget)

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        self.reread_asked.append(external_ids)
        if self.reread_fails is not None:
            raise self.reread_fails
        found = {each: self.standing[each] for each in external_ids if each in self.standing}
        posts = tuple(post for post in found.values() if post is not None)
        return Refetched(page=FeedPage(posts=posts), gone=tuple(each for each, post in found.items() if post is None))

    def check_access(self) -> Access:
        if isinstance(self.access, NetworkError):
            raise self.access
        return self.access
