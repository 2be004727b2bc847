"""One X account, read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import requests

from networks.credentials import XCredentials
from networks.errors import Garbled, Invalid, TargetGone, TokenRefused, Uncertain
from networks.protocol import FeedBounds, Network, OwnPost, Page, PostStanding, PostState, Sent
from networks.x import queries
from networks.x.calls import Answer, call
from networks.x.client import XClient, open_client
from networks.x.fields import BOUNDS
from networks.x.messages import read_messages
from networks.x.permitted import permitted
from networks.x.posts import NETWORK, read_posts
from networks.x.shapes import JsonObject, mapping, strings, text_of
from records.nouns import Account, Feed, HeardMessage, Permissions

SEARCH_LAG = timedelta(seconds=10)
"""X refuses a search whose end is nearer than this to its own now."""

FEEDS = (Feed.OWN_POSTS, Feed.MENTIONS, Feed.SEARCH, Feed.DIRECT_MESSAGES)
"""Own posts first, so that a mention somebody has answered is known as such when it is heard."""

Asking = Callable[[], requests.Response]


def open_x(
    account: Account,
    credentials: XCredentials,
    *,
    base_url: str,
    timeout_seconds: float = 10,
    search_lag: timedelta = SEARCH_LAG,
) -> Network:
    """Open `account` on X, or on whatever speaks X's API at `base_url`. Calls nobody yet.

    A stand-in whose clock stands still may be searched up to its now: `search_lag` zero.
    Raises ValueError where `base_url` is not an http or https address.
    """
    client = open_client(credentials, base_url=base_url, timeout_seconds=timeout_seconds)
    return XNetwork(account=account, client=client, secrets=credentials.secrets(), search_lag=search_lag)


class XNetwork:
    """The Network of one X account."""

    name = NETWORK
    feeds = FEEDS

    def __init__(self, *, account: Account, client: XClient, secrets: tuple[str, ...], search_lag: timedelta) -> None:
        self._account = account
        self._client = client
        self._secrets = secrets
        self._search_lag = search_lag

    def bounds(self, feed: Feed) -> FeedBounds:
        return BOUNDS[feed]

    def read(self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None) -> Page:
        if feed is Feed.DIRECT_MESSAGES:
            return self._read_messages(since=since, page=page)
        us = self._account.external_id
        if feed is Feed.MENTIONS:
            asked = queries.timeline(since=since, page=page)
            answer = self._get("/2/users/:id/mentions", lambda: self._client.get_users_mentions(us, **asked))
        elif feed is Feed.OWN_POSTS:
            asked = queries.timeline(since=since, page=page)
            answer = self._get("/2/users/:id/tweets", lambda: self._client.get_users_tweets(us, **asked))
        else:
            asked = queries.recent_search(self._account, since=since, until=until, lag=self._search_lag, page=page)
            answer = self._get("/2/tweets/search/recent", lambda: self._client.search_recent_tweets(**asked))
        posts, own = read_posts(answer.body, account_external_id=us)
        return Page(posts=posts, own=own, next_page=_next_page(answer.body), budget=answer.budget)

    def reply(self, target_external_id: str, text: str) -> Sent:
        target = _numeric(target_external_id)
        answer = self._write(
            "POST /2/tweets", lambda: self._client.create_tweet(text=text, in_reply_to_tweet_id=target)
        )
        return Sent(external_id=_named(answer, "id"), budget=answer.budget)

    def send_private(self, person_external_id: str, text: str) -> Sent:
        person = _numeric(person_external_id)
        answer = self._write(
            "POST /2/dm_conversations/with/:id/messages",
            lambda: self._client.create_direct_message(participant_id=person, text=text),
        )
        return Sent(external_id=_named(answer, "dm_event_id"), budget=answer.budget)

    def hide(self, external_id: str, *, hidden: bool) -> None:
        target = _numeric(external_id)
        change = self._client.hide_reply if hidden else self._client.unhide_reply
        answer = self._write("PUT /2/tweets/:id/hidden", lambda: change(target))
        if mapping(answer.body.get("data")).get("hidden") is not hidden:
            raise Uncertain("X's answer to PUT /2/tweets/:id/hidden does not confirm the change.")

    def own_replies_under(
        self,
        external_id: str,
        *,
        since: datetime,
        until: datetime,  # noqa: ARG002 - a reply made while we ask is wanted too
    ) -> tuple[OwnPost, ...]:
        under: list[OwnPost] = []
        for page in self._pages(Feed.OWN_POSTS, since=since):
            under += [post for post in page.own if post.parent_external_id == external_id]
        return tuple(sorted(under, key=lambda post: (post.published_at, post.external_id)))

    def private_messages_with(self, person_external_id: str) -> tuple[HeardMessage, ...]:
        person = _numeric(person_external_id)
        asked = queries.messages(page=None)
        answer = self._get(
            "/2/dm_conversations/with/:id/dm_events",
            lambda: self._client.get_direct_message_events(participant_id=person, **asked),
        )
        return read_messages(answer.body, account_external_id=self._account.external_id)

    def look_up(self, external_id: str) -> PostState:
        target = _numeric(external_id)
        try:
            answer = self._get(
                "/2/tweets/:id", lambda: self._client.get_tweet(target, tweet_fields="edit_history_tweet_ids")
            )
        except TargetGone:
            return PostState(exists=False)
        post = mapping(answer.body.get("data"))
        if not post:
            return PostState(exists=False)
        history = strings(post.get("edit_history_tweet_ids"))
        return PostState(exists=True, revision_external_id=history[-1] if history else text_of(post, "id"))

    def permissions(
        self,
        standing: PostStanding,
        *,
        now: datetime,  # noqa: ARG002 - X sets no term; other networks do
    ) -> Permissions:
        return permitted(standing, account_external_id=self._account.external_id)

    def check_access(self) -> None:
        answer = self._get("/2/users/me", self._client.get_me)
        found = text_of(mapping(answer.body.get("data")), "id")
        if found != self._account.external_id:
            raise TokenRefused(
                f"The access token of {self._account.name} belongs to the X account {found or 'unknown'},"
                f" not to {self._account.external_id}: use this account's own secrets."
            )

    def _pages(self, feed: Feed, *, since: datetime) -> Iterator[Page]:
        token: str | None = None
        while True:
            page = self.read(feed, since=since, until=since, page=token)
            yield page
            if page.next_page is None:
                return
            if page.next_page == token:
                raise Garbled("X names the same next page again and again; it will be asked again later.")
            token = page.next_page

    def _read_messages(self, *, since: datetime | None, page: str | None) -> Page:
        asked = queries.messages(page=page)
        answer = self._get("/2/dm_events", lambda: self._client.get_direct_message_events(**asked))
        messages = read_messages(answer.body, account_external_id=self._account.external_id)
        reached = since is not None and any(message.sent_at < since for message in messages)
        following = None if reached else _next_page(answer.body)
        return Page(messages=messages, next_page=following, budget=answer.budget)

    def _get(self, path: str, ask: Asking) -> Answer:
        return call(ask, endpoint=f"GET {path}", writes=False, secrets=self._secrets)

    def _write(self, endpoint: str, ask: Asking) -> Answer:
        return call(ask, endpoint=endpoint, writes=True, secrets=self._secrets)


def _next_page(body: JsonObject) -> str | None:
    return text_of(mapping(body.get("meta")), "next_token") or None


def _named(answer: Answer, key: str) -> str:
    found = text_of(mapping(answer.body.get("data")), key)
    if not found:
        raise Uncertain("X accepted a text without naming it: what became of it must be read.")
    return found


def _numeric(external_id: str) -> str:
    # The id becomes part of an address.
    if not (external_id.isascii() and external_id.isdigit()):
        raise Invalid(f"X names posts and people by numbers; got {external_id[:40]!r}.")
    return external_id
