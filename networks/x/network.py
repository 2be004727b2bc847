"""One X account, read and written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from networks.credentials import XCredentials
from networks.errors import Garbled, Refused, TargetGone, Uncertain
from networks.json_values import JsonObject, mapping, text_of
from networks.protocol import Access, FeedBounds, Network, OwnPost, Page, PostStanding, PostState, Reread, Sent
from networks.x import queries
from networks.x.access import check_access
from networks.x.calls import Answer
from networks.x.client import open_client
from networks.x.feeds import FEEDS, XFeeds, next_page_of
from networks.x.fields import BOUNDS, POSTS_A_PAGE
from networks.x.ids import numeric
from networks.x.line import XLine
from networks.x.messages import read_messages
from networks.x.permitted import permitted
from networks.x.posts import NETWORK
from networks.x.problems import check_complete, gone_among
from networks.x.rereading import newest_id, reread
from records.nouns import Account, HeardMessage, Permissions
from records.words import Feed

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
    """Open `account` on X, or on whatever speaks X's API at `base_url`. Calls nobody yet.

    A stand-in whose clock stands still may be searched up to its now: `search_lag` zero.
    Raises ValueError where `base_url` is not an http or https address.
    """
    client = open_client(credentials, base_url=base_url, timeout_seconds=timeout_seconds)
    line = XLine(client=client, secrets=credentials.secrets())
    return XNetwork(account=account, line=line, feeds=XFeeds(account=account, line=line, search_lag=search_lag))


class XNetwork:
    """The Network of one X account."""

    name = NETWORK
    feeds = FEEDS
    reread_at_most = POSTS_A_PAGE

    def __init__(self, *, account: Account, line: XLine, feeds: XFeeds) -> None:
        self._account = account
        self._line = line
        self._client = line.client
        self._feeds = feeds

    def bounds(self, feed: Feed) -> FeedBounds:
        return BOUNDS[feed]

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...] = ()
    ) -> Page:
        return self._feeds.read(feed, since=since, until=until, page=page, about=about)

    def reread(self, external_ids: tuple[str, ...]) -> Reread:
        return reread(self._line, external_ids, account_external_id=self._account.external_id)

    def reply(self, target_external_id: str, text: str) -> Sent:
        target = numeric(target_external_id)
        answer = self._line.write(
            "POST /2/tweets", lambda: self._client.create_tweet(text=text, in_reply_to_tweet_id=target)
        )
        return Sent(external_id=_named(answer, "id"), budget=answer.budget)

    def send_private(self, person_external_id: str, text: str) -> Sent:
        person = numeric(person_external_id)
        answer = self._line.write(
            "POST /2/dm_conversations/with/:id/messages",
            lambda: self._client.create_direct_message(participant_id=person, text=text),
        )
        return Sent(external_id=_named(answer, "dm_event_id"), budget=answer.budget)

    def reply_privately(self, comment_external_id: str, text: str) -> Sent:  # noqa: ARG002 - X has none
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

    def private_messages_with(self, person_external_id: str) -> tuple[HeardMessage, ...]:
        person = numeric(person_external_id)
        found: list[HeardMessage] = []
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
        standing: PostStanding,
        *,
        now: datetime,  # noqa: ARG002 - X sets no term; other networks do
    ) -> Permissions:
        return permitted(standing, account_external_id=self._account.external_id)

    def check_access(self) -> Access:
        return check_access(self._line, self._account)

    def _messages_with(self, person: str, page: str | None) -> JsonObject:
        path = "/2/dm_conversations/with/:id/dm_events"
        asked = queries.messages(page=page)
        answer = self._line.get(path, lambda: self._client.get_direct_message_events(participant_id=person, **asked))
        check_complete(answer.body, f"GET {path}")
        return answer.body

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


def _named(answer: Answer, key: str) -> str:
    found = text_of(mapping(answer.body.get("data")), key)
    if not found:
        raise Uncertain("X accepted a text without naming it: what became of it must be read.")
    return found
