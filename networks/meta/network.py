"""What Facebook and Instagram accounts do alike: reading feeds, writing, looking up, checking the page token."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import orjson

from networks.errors import Garbled, Invalid, Refused, TargetGone, TokenRefused, Uncertain
from networks.meta.graph.client import Graph
from networks.meta.graph.messages import Mailbox, messages_with, read_messages
from networks.meta.graph.refetch import REFETCH_AT_MOST
from networks.protocol import Access, FeedBounds, FeedPage, OwnPost, PostState, SendReceipt
from networks.values import JsonObject, mapping, revision_of, strings, text_of, whole_number
from records.enums import Feed
from records.models import Account, FetchedMessage

Done = TypeVar("Done")

FEEDS = (Feed.OWN_POSTS, Feed.COMMENTS, Feed.MENTIONS, Feed.DIRECT_MESSAGES)
"""Own posts first, so that a comment is known to be under one of ours when it is stored."""


class MetaNetwork(ABC):
    """A Network over the Graph API. Each kind of account says what it reads, how it answers, what its token opens."""

    name: str
    """As in `account.network`."""
    title: str
    """Its name for people."""
    platform: str
    """As the Conversations API names it."""
    hide_flag: str
    """The field of a comment that hides it."""
    scopes: tuple[str, ...]
    """Permissions that reading and answering take."""
    advice: str
    """What to use in the place of a token that is another Page's."""
    feeds = FEEDS
    refetch_at_most = REFETCH_AT_MOST

    def __init__(self, *, account: Account, graph: Graph, page_id: str) -> None:
        """Where `page_id` is empty, the token is asked for it on first use."""
        self._account = account
        self._graph = graph
        self._page_id = page_id

    def bounds(self, feed: Feed) -> FeedBounds:  # noqa: ARG002 - Meta's lists end where the account began
        return FeedBounds()

    def read(
        self,
        feed: Feed,
        *,
        since: datetime | None,
        until: datetime,  # noqa: ARG002 - what appears while we read is welcome
        page: str | None,
        about: tuple[str, ...] = (),  # noqa: ARG002 - no feed here is about single posts
    ) -> FeedPage:
        if feed not in self.feeds:
            raise Invalid(f"{self.title} has no feed of {feed.value}.")
        # Meta's times are whole seconds.
        since_second = None if since is None else since.replace(microsecond=0)
        try:
            if feed is Feed.DIRECT_MESSAGES:
                return read_messages(self._graph, self._mailbox(), since=since_second, page=page)
            if feed is Feed.COMMENTS:
                return self._read_comments(since=since_second, page=page)
            return self._read_posts(feed, since=since_second, page=page)
        except TargetGone:
            raise self._closed() from None

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        page_id = self._own_page_id()
        try:
            return self._send(page_id, {"id": person_external_id}, text)
        except TargetGone:
            # Said of a mailbox that we may not use as well as of one that is not there.
            raise Refused(f"{self.title} does not let this token write messages: check its permissions.") from None

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:
        page_id, recipient = self._own_page_id(), self._private_recipient(comment_external_id)
        return self._about(comment_external_id, lambda: self._send(page_id, recipient, text))

    def delete_own(self, external_id: str) -> None:
        try:
            answer = self._graph.remove(external_id)
        except TargetGone:
            if self._is_there(external_id):
                raise Refused(f"{self.title} does not delete {external_id}, which is still there.") from None
            return
        if answer.body.get("success") is not True:
            raise Uncertain(f"{self.title}'s answer to DELETE /:id does not confirm the deletion.")

    def hide(self, external_id: str, *, hidden: bool) -> None:
        flag = {self.hide_flag: "true" if hidden else "false"}

        def change() -> None:
            if self._graph.change(external_id, **flag).body.get("success") is not True:
                raise Uncertain(f"{self.title}'s answer to POST /:id does not confirm the change.")

        self._about(external_id, change)

    def own_replies_under(
        self,
        external_id: str,
        *,
        since: datetime,  # noqa: ARG002 - what the comments feed has not read yet may be older
        until: datetime,  # noqa: ARG002 - a reply made while we ask is wanted too
    ) -> tuple[OwnPost, ...]:
        found = self._own_replies(external_id)
        if found is None:
            self._check_still_shown()
            return ()
        return tuple(sorted(found, key=lambda post: (post.published_at, post.external_id)))

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:
        return messages_with(self._graph, self._mailbox(), person_external_id)

    def look_up(self, external_id: str) -> PostState:
        current = self._current(external_id)
        if current is None:
            self._check_still_shown()
            return PostState(exists=False)
        text, hidden = current
        return PostState(exists=True, revision_external_id=revision_of(external_id, text), hidden=hidden)

    def check_access(self) -> Access:
        found = self._page_of_token()
        if self._page_id not in {"", found}:
            raise TokenRefused(
                f"The page token of {self._account.name} belongs to the Page {found},"
                f" not to {self._page_id}: use {self.advice}."
            )
        access = self._access_of_token()
        if not access.missing:
            self._check_still_shown()
        return access

    @abstractmethod
    def _read_posts(self, feed: Feed, *, since: datetime | None, page: str | None) -> FeedPage:
        """One page of our own posts, or of posts that mention us."""

    @abstractmethod
    def _read_comments(self, *, since: datetime | None, page: str | None) -> FeedPage:
        """One page of the comments under our posts."""

    @abstractmethod
    def _own_replies(self, external_id: str) -> Sequence[OwnPost] | None:
        """What we answered to a post or comment; None where it is not there."""

    @abstractmethod
    def _current(self, external_id: str) -> tuple[str, bool | None] | None:
        """The text of a post or comment, and whether it is hidden, where Meta says so; None where it is not there."""

    @abstractmethod
    def _private_recipient(self, comment_external_id: str) -> dict[str, str]:
        """Who gets a private reply to this post or comment, in the words of the Send API."""

    @abstractmethod
    def _read_anything(self) -> None:
        """Read something that the token always opens. Raises TargetGone where it opens nothing any more."""

    @abstractmethod
    def _closed(self) -> TokenRefused:
        """The error of a token that does not open this account."""

    def _create(self, owner: str, edge: str, **given: str) -> SendReceipt:
        """Create a comment. Raises NetworkError; Uncertain also where Meta does not name it."""
        answer = self._graph.add(owner, edge, **given)
        return SendReceipt(external_id=self._named(answer.body, "id", what="a text"), budget=answer.budget)

    def _about(self, external_id: str, act: Callable[[], Done]) -> Done:
        """Carry out an act upon a post. Raises NetworkError; TargetGone only where the post is gone.

        Meta words the refusal of an act that a post does not support like the absence of the post.
        """
        try:
            return act()
        except TargetGone:
            if self.look_up(external_id).exists:
                why = f"{self.title} does not take this act upon {external_id}, which is still there."
                raise Refused(why) from None
            raise

    def _check_still_shown(self) -> None:
        """Meta says of a post that it does not exist also where it no longer lets us see any: tell them apart."""
        try:
            self._read_anything()
        except TargetGone:
            raise self._closed() from None

    def _own_page_id(self) -> str:
        if not self._page_id:
            self._page_id = self._page_of_token()
        return self._page_id

    def _mailbox(self) -> Mailbox:
        return Mailbox(
            network=self.name,
            platform=self.platform,
            page_id=self._own_page_id(),
            account_external_id=self._account.external_id,
        )

    def _send(self, page_id: str, recipient: dict[str, str], text: str) -> SendReceipt:
        """Send one private message, by the Send API of Messenger and Instagram. Raises NetworkError."""
        answer = self._graph.add(page_id, "messages", recipient=_json(recipient), message=_json({"text": text}))
        return SendReceipt(external_id=self._named(answer.body, "message_id", what="a message"), budget=answer.budget)

    def _named(self, body: JsonObject, key: str, *, what: str) -> str:
        found = text_of(body, key)
        if not found:
            raise Uncertain(f"{self.title} accepted {what} without naming it: what became of it must be read.")
        return found

    def _is_there(self, external_id: str) -> bool:
        try:
            self._graph.node(external_id, fields="id")
        except TargetGone:
            return False
        return True

    def _page_of_token(self) -> str:
        """The id of the Page that the token belongs to. Raises NetworkError."""
        found = text_of(self._graph.node("me", fields="id,name").body, "id")
        if not found:
            raise Garbled(f"{self.title} does not say whose token this is; it will be asked again.")
        return found

    def _access_of_token(self) -> Access:
        """When the token ends and which permissions it lacks. Raises TokenRefused where it ended.

        Meta does not let every app ask about its own token: what it then leaves unsaid stays unknown.
        """
        try:
            token = mapping(self._graph.debug_token().body.get("data"))
        except (Refused, Invalid, TargetGone):
            return Access()
        if token.get("is_valid") is False:
            raise TokenRefused(f"{self.title} says that the page token is no longer valid: make a new one.")
        granted = strings(token.get("scopes"))
        return Access(
            valid_until=_end_of(token),
            missing=tuple(each for each in self.scopes if each not in granted) if "scopes" in token else (),
        )


def _end_of(token: JsonObject) -> datetime | None:
    """The earlier of the two ends that a token has; Meta writes 0 for never."""
    ends = [whole_number(token, "expires_at"), whole_number(token, "data_access_expires_at")]
    known = [end for end in ends if 0 < end < 1e11]
    return datetime.fromtimestamp(min(known), tz=UTC) if known else None


def _json(value: dict[str, str]) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise Invalid("The text holds halves of characters that cannot be sent: write it again.") from None
