"""Reads X's feeds page by page, and posts by id."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from networks.errors import Invalid
from networks.protocol import FeedPage, Refetched
from networks.values import JsonObject, mapping, mappings, strings, text_of
from networks.x import queries
from networks.x.client import XConnection, XResponse
from networks.x.objects import read_messages, read_posts
from networks.x.queries import POSTS_A_PAGE, is_numeric, numeric
from networks.x.responses import check_complete, gone_among
from records.enums import Feed
from records.models import Account

FEEDS = (Feed.OWN_POSTS, Feed.MENTIONS, Feed.QUOTES, Feed.THREADS, Feed.SEARCH, Feed.DIRECT_MESSAGES)
"""Own posts first, so that a mention that was answered is known as such when it is stored.

Then what may be answered, before what is only listened to.
"""

ABOUT_FEEDS = frozenset({Feed.QUOTES, Feed.THREADS})


@dataclass(frozen=True, kw_only=True)
class XFeeds:
    """The feeds of one account."""

    account: Account
    line: XConnection
    search_lag: timedelta

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...]
    ) -> FeedPage:
        """As `Network.read`."""
        if feed is Feed.DIRECT_MESSAGES:
            return self._messages(since=since, page=page)
        if feed in ABOUT_FEEDS:
            return self._about(feed, since=since, until=until, page=page, about=about)
        if feed is Feed.SEARCH:
            query = queries.naming(self.account)
            return self._posts(*self._search(query, since=since, until=until, page=page))
        return self._posts(*self._timeline(feed, since=since, page=page))

    def _timeline(self, feed: Feed, *, since: datetime | None, page: str | None) -> tuple[str, XResponse]:
        asked = queries.timeline(since=since, page=page)
        us, client = self.account.external_id, self.line.client
        if feed is Feed.MENTIONS:
            path = "/2/users/:id/mentions"
            return path, self.line.get(path, lambda: client.get_users_mentions(us, **asked))
        path = "/2/users/:id/tweets"
        return path, self.line.get(path, lambda: client.get_users_tweets(us, **asked))

    def _about(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...]
    ) -> FeedPage:
        batches = open_batches(about, page)
        if not batches.ids:
            return FeedPage()
        query, asked = batch_query(batches, feed, handle=self.account.handle)
        path, answer = self._search(query, since=since, until=until, page=batches.page)
        ours = frozenset(batches.ids[:asked]) if feed is Feed.QUOTES else frozenset()
        served = self._posts(path, answer, quoted_ours=ours)
        return replace(served, next_page=next_batch(batches, asked, served.next_page))

    def _search(
        self, query: str, *, since: datetime | None, until: datetime, page: str | None
    ) -> tuple[str, XResponse]:
        asked = queries.recent_search(query, since=since, until=until, lag=self.search_lag, page=page)
        path = "/2/tweets/search/recent"
        return path, self.line.get(path, lambda: self.line.client.search_recent_tweets(**asked))

    def _posts(self, path: str, answer: XResponse, *, quoted_ours: frozenset[str] = frozenset()) -> FeedPage:
        check_complete(answer.body, f"GET {path}")
        posts, own = read_posts(answer.body, account_external_id=self.account.external_id, quoted_ours=quoted_ours)
        return FeedPage(posts=posts, own=own, next_page=next_page_of(answer.body), budget=answer.budget)

    def _messages(self, *, since: datetime | None, page: str | None) -> FeedPage:
        asked = queries.messages(page=page)
        answer = self.line.get("/2/dm_events", lambda: self.line.client.get_direct_message_events(**asked))
        check_complete(answer.body, "GET /2/dm_events")
        messages = read_messages(answer.body, account_external_id=self.account.external_id)
        reached = since is not None and any(message.sent_at < since for message in messages)
        following = None if reached else next_page_of(answer.body)
        return FeedPage(messages=messages, next_page=following, budget=answer.budget)


def next_page_of(body: JsonObject) -> str | None:
    """X's token of the page after this one; None at the end."""
    return text_of(mapping(body.get("meta")), "next_token") or None


LONGEST_QUERY = 512
"""Characters of a recent search on the self-serve plans."""

_OPERATORS = {Feed.THREADS: "conversation_id", Feed.QUOTES: "quotes_of_tweet_id"}


@dataclass(frozen=True, kw_only=True)
class QueryBatches:
    """Which of many posts are still to be asked about."""

    ids: tuple[str, ...]
    """The posts of the query that is being read come first."""
    page: str | None = None
    """X's own token within that query."""


def open_batches(about: tuple[str, ...], page: str | None) -> QueryBatches:
    """The batches at the beginning, or where `page` left them. Ids that are none of X's are left out.

    The token carries the ids, so that reading continues over those with which it began, whatever is asked by then.
    Raises Invalid where the token is none of ours.
    """
    if page is None:
        return QueryBatches(ids=tuple(each for each in dict.fromkeys(about) if is_numeric(each)))
    try:
        loaded = json.loads(page)
        ids, token = tuple(loaded["ids"]), loaded["page"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _unknown_token(page) from None
    if not all(isinstance(each, str) and is_numeric(each) for each in ids) or not isinstance(token, str | None):
        raise _unknown_token(page)
    return QueryBatches(ids=ids, page=token)


def batch_query(batches: QueryBatches, feed: Feed, *, handle: str) -> tuple[str, int]:
    """The query about as many of the ids as fit, and how many those are."""
    tail = f") -from:{handle} -is:retweet"
    terms: list[str] = []
    length = 1 + len(tail)
    for external_id in batches.ids:
        term = f"{_OPERATORS[feed]}:{external_id}"
        length += len(term) + (len(" OR ") if terms else 0)
        if length > LONGEST_QUERY and terms:
            break
        terms.append(term)
    return f"({' OR '.join(terms)}{tail}", len(terms)


def next_batch(batches: QueryBatches, asked: int, following: str | None) -> str | None:
    """What goes on within the query of the first `asked` ids, or with the ids after them; None at the end."""
    ids = batches.ids if following else batches.ids[asked:]
    return json.dumps({"ids": ids, "page": following}, separators=(",", ":")) if ids else None


def _unknown_token(page: str) -> Invalid:
    return Invalid(f"The page {page[:40]!r} is none that X was read to: begin the feed anew.")


_PATH = "/2/tweets"


def refetch(line: XConnection, external_ids: tuple[str, ...], *, account_external_id: str) -> Refetched:
    """Ask for up to 100 posts; where X answers with an older version, ask for the newest that it names.

    X's documentation says that it always answers with the newest; the history in the answer decides.
    """
    asked = tuple(dict.fromkeys(numeric(each) for each in external_ids))
    if len(asked) > POSTS_A_PAGE:
        raise Invalid(f"X tells of at most {POSTS_A_PAGE} posts at once; got {len(asked)}: ask for fewer.")
    if not asked:
        return Refetched(page=FeedPage(), gone=())
    answer = _ask(line, asked)
    gone = list(gone_among(answer.body, asked))
    newest = {newest: text_of(post, "id") for post in mappings(answer.body.get("data")) if (newest := _later(post))}
    posts, own = read_posts(_current(answer.body), account_external_id=account_external_id)
    if newest:
        later = _ask(line, tuple(newest))
        gone += [newest[each] for each in gone_among(later.body, tuple(newest))]
        later_posts, later_own = read_posts(later.body, account_external_id=account_external_id)
        posts, own, answer = posts + later_posts, own + later_own, later
    return Refetched(page=FeedPage(posts=posts, own=own, budget=answer.budget), gone=tuple(gone))


def newest_id(post: JsonObject) -> str:
    """The id of the newest version of a post; its own id where X gives no history."""
    history = strings(post.get("edit_history_tweet_ids"))
    return history[-1] if history else text_of(post, "id")


def _ask(line: XConnection, ids: tuple[str, ...]) -> XResponse:
    answer = line.get(_PATH, lambda: line.client.get_tweets(list(ids), **queries.by_id()))
    check_complete(answer.body, f"GET {_PATH}")
    return answer


def _later(post: JsonObject) -> str:
    newest = newest_id(post)
    return "" if newest == text_of(post, "id") else newest


def _current(body: JsonObject) -> JsonObject:
    return {**body, "data": [post for post in mappings(body.get("data")) if not _later(post)]}
