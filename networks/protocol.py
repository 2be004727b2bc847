"""What every network offers to the other stations, in the nouns of `records.models`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from records.enums import Feed
from records.models import FetchedMessage, FetchedPost, Permissions


@dataclass(frozen=True, kw_only=True)
class OwnPost:
    """A post of the brand's own account, whoever wrote it."""

    external_id: str
    parent_external_id: str | None = None
    root_external_id: str
    text: str
    """As a reader sees it: unescaped, links expanded."""
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What may still be asked of one endpoint, as its last answer said."""

    endpoint: str
    remaining: int
    resets_at: datetime
    """By the network's clock."""
    limit: int | None = None
    """How much a whole window holds, in the same unit; None where the network does not say."""


@dataclass(frozen=True, kw_only=True)
class FeedPage:
    """One answer of a feed, newest first. A short or empty page is not the end; no `next_page` is."""

    posts: tuple[FetchedPost, ...] = ()
    messages: tuple[FetchedMessage, ...] = ()
    own: tuple[OwnPost, ...] = ()
    next_page: str | None = None
    budget: Budget | None = None


@dataclass(frozen=True, kw_only=True)
class FeedBounds:
    """How far back a feed can be read at most; None where the network sets no bound."""

    most_posts: int | None = None
    furthest_back: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class SendReceipt:
    """The network accepted an act and named it."""

    external_id: str
    budget: Budget | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyContext:
    """What is known of a post when it is asked what the network permits about it."""

    external_id: str
    mentions_us: bool
    person_wrote_first: bool
    """The author has sent us a direct message."""
    person_wrote_at: datetime | None = None
    """When the author's newest direct message to us was sent."""
    private_reply_used: bool = False
    """A private reply to this very post was sent, or may have been."""
    root_is_ours: bool
    """Our account began the conversation."""
    published_at: datetime
    parent_external_id: str | None = None
    kind: str
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Refetched:
    """Posts fetched again by id, as they are now."""

    page: FeedPage
    """Those that are still there, in their newest text."""
    gone: tuple[str, ...]
    """Ids, as asked, of those that the network says are deleted or no longer shown to us."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """What the network says of our credentials."""

    valid_until: datetime | None = None
    """None where they do not expire, or the network does not say."""
    missing: tuple[str, ...] = ()
    """Permissions that the account was not granted and Aparte needs."""


@dataclass(frozen=True, kw_only=True)
class WebhookDelivery:
    """What one webhook delivery says about one account."""

    account_external_id: str
    page: FeedPage
    changed: tuple[str, ...] = ()
    """Ids of posts said to be edited, deleted or hidden: to be fetched again, never believed."""
    named: tuple[str, ...] = ()
    """Ids of posts named without their text: to be fetched where they are not known yet."""


@dataclass(frozen=True, kw_only=True)
class PostState:
    """The present state of a post."""

    exists: bool
    revision_external_id: str | None = None
    """Id of its newest text; None where it is gone."""
    hidden: bool | None = None
    """None where the network does not say."""


class Network(Protocol):
    """One account on one network. Calls do not sleep and do not repeat themselves; all failures are NetworkError."""

    @property
    def name(self) -> str:
        """As in `account.network`."""
        ...

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """Those it can read, in the order in which they are best read."""
        ...

    def bounds(self, feed: Feed) -> FeedBounds:
        """How far back `feed` can be read."""
        ...

    @property
    def refetch_at_most(self) -> int:
        """How many posts one `refetch` may name."""
        ...

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...] = ()
    ) -> FeedPage:
        """Read one page of what was published from `since` (None: all the network serves) to about `until`.

        `about` are the root ids of a THREADS feed, or the own posts of a QUOTES feed; others leave it empty.
        """
        ...

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        """Fetch posts again, by the first id of their edit history."""
        ...

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        """Answer a post in public."""
        ...

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        """Write a direct message to a person."""
        ...

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:
        """Answer a comment with a private message. Refused where the network has no such thing."""
        ...

    def delete_own(self, external_id: str) -> None:
        """Delete a public reply of our own. One that is gone already counts as deleted."""
        ...

    def hide(self, external_id: str, *, hidden: bool) -> None:
        """Hide a post under ours, or show it again. Doing it twice changes nothing."""
        ...

    def own_replies_under(self, external_id: str, *, since: datetime, until: datetime) -> tuple[OwnPost, ...]:
        """What our account answered to one post from `since` to at least `until`, oldest first."""
        ...

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:
        """The newest direct messages with one person, newest first."""
        ...

    def look_up(self, external_id: str) -> PostState:
        """Ask for the present state of a post."""
        ...

    def permissions(self, context: ReplyContext, *, now: datetime) -> Permissions:
        """What the network permits about a post, and what it costs. Asks nobody."""
        ...

    def check_access(self) -> Access:
        """Cheap calls with the account's own credentials; returns where they work."""
        ...
