"""How each feed of X is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from networks.json_values import JsonObject, mapping, text_of
from networks.protocol import Page
from networks.x import about as batching
from networks.x import queries
from networks.x.calls import Answer
from networks.x.line import XLine
from networks.x.messages import read_messages
from networks.x.posts import read_posts
from networks.x.problems import check_complete
from records.nouns import Account
from records.words import Feed

FEEDS = (Feed.OWN_POSTS, Feed.MENTIONS, Feed.QUOTES, Feed.THREADS, Feed.SEARCH, Feed.DIRECT_MESSAGES)
"""Own posts first, so that a mention somebody has answered is known as such when it is heard.

Then what may be answered, before what is only listened to.
"""

ABOUT_FEEDS = frozenset({Feed.QUOTES, Feed.THREADS})


@dataclass(frozen=True, kw_only=True)
class XFeeds:
    """The feeds of one account."""

    account: Account
    line: XLine
    search_lag: timedelta

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...]
    ) -> Page:
        """As `Network.read`."""
        if feed is Feed.DIRECT_MESSAGES:
            return self._messages(since=since, page=page)
        if feed in ABOUT_FEEDS:
            return self._about(feed, since=since, until=until, page=page, about=about)
        if feed is Feed.SEARCH:
            query = queries.naming(self.account)
            return self._posts(*self._search(query, since=since, until=until, page=page))
        return self._posts(*self._timeline(feed, since=since, page=page))

    def _timeline(self, feed: Feed, *, since: datetime | None, page: str | None) -> tuple[str, Answer]:
        asked = queries.timeline(since=since, page=page)
        us, client = self.account.external_id, self.line.client
        if feed is Feed.MENTIONS:
            path = "/2/users/:id/mentions"
            return path, self.line.get(path, lambda: client.get_users_mentions(us, **asked))
        path = "/2/users/:id/tweets"
        return path, self.line.get(path, lambda: client.get_users_tweets(us, **asked))

    def _about(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...]
    ) -> Page:
        batches = batching.opened(about, page)
        if not batches.ids:
            return Page()
        query, asked = batching.query_of(batches, feed, handle=self.account.handle)
        path, answer = self._search(query, since=since, until=until, page=batches.page)
        ours = frozenset(batches.ids[:asked]) if feed is Feed.QUOTES else frozenset()
        served = self._posts(path, answer, quoted_ours=ours)
        return replace(served, next_page=batching.next_page(batches, asked, served.next_page))

    def _search(self, query: str, *, since: datetime | None, until: datetime, page: str | None) -> tuple[str, Answer]:
        asked = queries.recent_search(query, since=since, until=until, lag=self.search_lag, page=page)
        path = "/2/tweets/search/recent"
        return path, self.line.get(path, lambda: self.line.client.search_recent_tweets(**asked))

    def _posts(self, path: str, answer: Answer, *, quoted_ours: frozenset[str] = frozenset()) -> Page:
        check_complete(answer.body, f"GET {path}")
        posts, own = read_posts(answer.body, account_external_id=self.account.external_id, quoted_ours=quoted_ours)
        return Page(posts=posts, own=own, next_page=next_page_of(answer.body), budget=answer.budget)

    def _messages(self, *, since: datetime | None, page: str | None) -> Page:
        asked = queries.messages(page=page)
        answer = self.line.get("/2/dm_events", lambda: self.line.client.get_direct_message_events(**asked))
        check_complete(answer.body, "GET /2/dm_events")
        messages = read_messages(answer.body, account_external_id=self.account.external_id)
        reached = since is not None and any(message.sent_at < since for message in messages)
        following = None if reached else next_page_of(answer.body)
        return Page(messages=messages, next_page=following, budget=answer.budget)


def next_page_of(body: JsonObject) -> str | None:
    """X's token of the page after this one; None at the end."""
    return text_of(mapping(body.get("meta")), "next_token") or None
