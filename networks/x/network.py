"""One X account: the Network that reads and writes it.

How long a text may be stands in `policies/text_limits.py`, where the guard counts it; what X charges, in
`networks/prices.py`; what it permits, in `networks/x/permissions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import requests

from networks.credentials import XCredentials
from networks.errors import Garbled, Refused, TargetGone, TokenRefused, Uncertain
from networks.protocol import (
    Access,
    FeedBounds,
    FeedPage,
    Network,
    OwnPost,
    PostState,
    Refetched,
    ReplyContext,
    SendReceipt,
)
from networks.values import JsonObject, mapping, text_of
from networks.x import queries
from networks.x.client import XConnection, XResponse, open_client
from networks.x.objects import NETWORK, read_messages
from networks.x.permissions import permissions_for
from networks.x.queries import BOUNDS, POSTS_A_PAGE, numeric
from networks.x.reading import FEEDS, XFeeds, newest_id, next_page_of, refetch
from networks.x.responses import check_complete, gone_among
from records.enums import Feed
from records.models import Account, FetchedMessage, Permissions

SEARCH_LAG = timedelta(seconds=10)
"""X refuses a search whose end is nearer than this to its own now."""
_MOST_PAGES = 20


def open_x(
    account: Account,
    credentials: XCredentials,
    *,
    base_url: str,
    timeout_seconds: float = 10,
    search_lag: timedelta = SEARCH_LAG,
) -> Network:
    """Open `account` on X, or on whatever serves X's API at `base_url`. Makes no call yet.

    A stand-in whose clock stands still may be searched up to its now: `search_lag` zero.
    Raises ValueError where `base_url` is not an http or https address.
    """
    client = open_client(credentials, base_url=base_url, timeout_seconds=timeout_seconds)
    line = XConnection(client=client, secrets=credentials.secrets())
    return XNetwork(account=account, line=line, feeds=XFeeds(account=account, line=line, search_lag=search_lag))


class XNetwork:
    """The Network of one X account."""

    name = NETWORK
    feeds = FEEDS
    refetch_at_most = POSTS_A_PAGE

    def __init__(self, *, account: Account, line: XConnection, feeds: XFeeds) -> None:
        self._account = account
        self._line = line
        self._client = line.client
        self._feeds = feeds

    def bounds(self, feed: Feed) -> FeedBounds:
        return BOUNDS[feed]

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...] = ()
    ) -> FeedPage:
        return self._feeds.read(feed, since=since, until=until, page=page, about=about)

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        return refetch(self._line, external_ids, account_external_id=self._account.external_id)

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        target = numeric(target_external_id)
        answer = self._line.write(
            "POST /2/tweets", lambda: self._client.create_tweet(text=text, in_reply_to_tweet_id=target)
        )
        return SendReceipt(external_id=_named(answer, "id"), budget=answer.budget)

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        person = numeric(person_external_id)
        answer = self._line.write(
            "POST /2/dm_conversations/with/:id/messages",
            lambda: self._client.create_direct_message(participant_id=person, text=text),
        )
        return SendReceipt(external_id=_named(answer, "dm_event_id"), budget=answer.budget)

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:  # noqa: ARG002 - X has none
        raise Refused("X has no private reply to a post: send a direct message after the person has written first.")

    def delete_own(self, external_id: str) -> None:
        target = numeric(external_id)
        endpoint = "DELETE /2/tweets/:id"
        try:
            answer = self._line.write(endpoint, lambda: self._client.delete_tweet(target))
        except TargetGone:
            return
        deleted = mapping(answer.body.get("data")).get("deleted") is True
        if not deleted and not gone_among(answer.body, (target,)):
            raise Uncertain(f"X's answer to {endpoint} does not confirm the change.")

    def hide(self, external_id: str, *, hidden: bool) -> None:
        target = numeric(external_id)
        change = self._client.hide_reply if hidden else self._client.unhide_reply
        answer = self._line.write("PUT /2/tweets/:id/hidden", lambda: change(target))
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

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:
        person = numeric(person_external_id)
        found: list[FetchedMessage] = []
        page: str | None = None
        for _ in range(_MOST_PAGES):
            body = self._messages_with(person, page)
            found += read_messages(body, account_external_id=self._account.external_id)
            # A short or empty page is not the end: what is not on it may be on the next.
            page = next_page_of(body)
            if page is None or len(found) >= POSTS_A_PAGE:
                return tuple(found)
        raise Garbled("X names ever more pages of one conversation; it will be asked again.")

    def look_up(self, external_id: str) -> PostState:
        target = numeric(external_id)
        path = "/2/tweets/:id"
        try:
            answer = self._line.get(path, lambda: self._client.get_tweet(target, tweet_fields="edit_history_tweet_ids"))
        except TargetGone:
            return PostState(exists=False)
        post = mapping(answer.body.get("data"))
        if post:
            return PostState(exists=True, revision_external_id=newest_id(post))
        if gone_among(answer.body, (target,)):
            return PostState(exists=False)
        raise Garbled(
            f"X's answer to GET {path} tells neither of the post nor that it is gone; it will be asked again."
        )

    def permissions(
        self,
        context: ReplyContext,
        *,
        now: datetime,  # noqa: ARG002 - X sets no term; other networks do
    ) -> Permissions:
        return permissions_for(context, account_external_id=self._account.external_id)

    def check_access(self) -> Access:
        return check_access(self._line, self._account)

    def _messages_with(self, person: str, page: str | None) -> JsonObject:
        path = "/2/dm_conversations/with/:id/dm_events"
        asked = queries.messages(page=page)
        answer = self._line.get(path, lambda: self._client.get_direct_message_events(participant_id=person, **asked))
        check_complete(answer.body, f"GET {path}")
        return answer.body

    def _pages(self, feed: Feed, *, since: datetime) -> Iterator[FeedPage]:
        token: str | None = None
        while True:
            page = self.read(feed, since=since, until=since, page=token)
            yield page
            if page.next_page is None:
                return
            if page.next_page == token:
                raise Garbled("X names the same next page again and again; it will be asked again later.")
            token = page.next_page


def _named(answer: XResponse, key: str) -> str:
    found = text_of(mapping(answer.body.get("data")), key)
    if not found:
        raise Uncertain("X accepted a text without naming it: what became of it must be read.")
    return found


_LEVEL = "x-access-level"
_MISSING = {
    "read": ("write", "direct messages"),
    "read-write": ("direct messages",),
}


def check_access(line: XConnection, account: Account) -> Access:
    """Ask X whose access token it is. Raises TokenRefused where it is another account's.

    X's keys do not expire. Beside its answers to signed calls it says what the app was granted.
    """
    levels: list[str] = []

    def ask() -> requests.Response:
        response: requests.Response = line.client.get_me()
        levels.append(response.headers.get(_LEVEL, ""))
        return response

    answer = line.get("/2/users/me", ask)
    found = text_of(mapping(answer.body.get("data")), "id")
    if found != account.external_id:
        raise TokenRefused(
            f"The access token of {account.name} belongs to the X account {found or 'unknown'},"
            f" not to {account.external_id}: use this account's own secrets."
        )
    return Access(missing=missing_at(levels[-1]))


def missing_at(level: str) -> tuple[str, ...]:
    """What Aparte needs and an app of this access level was not granted; nothing where the level is not known."""
    return _MISSING.get(level.strip().lower(), ())
