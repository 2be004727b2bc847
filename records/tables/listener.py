"""Tables written by the listener: what was fetched, when, through which feed, and what was missed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables.columns import (
    claimed_by_field,
    claimed_until_field,
    index_where,
    json_column,
    unique_where,
)


class MentionRow(SQLModel, table=True):
    """One public post or comment by somebody else. Its texts are in `mention_revision`."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("network", "external_id"),
        Index("mention_identity", "identity_id"),
        Index("mention_root", "network", "root_external_id"),
        index_where("mention_check_due", "check_due_at", where="check_due_at IS NOT NULL"),
        index_where("mention_deleted", "deleted_at", where="deleted_at IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    network: str
    external_id: str
    kind: str
    identity_id: int = Field(foreign_key="identity.id")
    parent_external_id: str | None = None
    root_external_id: str
    above: dict[str, Any] | None = json_column(nullable=True)
    """The post it answers, as fetched: `{external_id, author_handle, author_external_id, text}`."""
    media_urls: list[str] = json_column()
    revision: int
    """Number of the live revision, counted from 1."""
    published_at: datetime
    heard_at: datetime
    deleted_at: datetime | None = None
    hidden_at: datetime | None = None
    """When it was seen or made hidden; null while it is shown."""
    check_due_at: datetime | None = None
    """When the network is asked again whether it was edited or deleted."""
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()


class MentionRevisionRow(SQLModel, table=True):
    """The text of a mention as fetched at one time. Due for the classifier while `assess_due_at` is set."""

    __tablename__ = "mention_revision"
    __table_args__ = (
        UniqueConstraint("mention_id", "revision"),
        unique_where("mention_revision_live", "mention_id", where="superseded_at IS NULL"),
        index_where("mention_revision_due", "assess_due_at", where="assess_due_at IS NOT NULL"),
        Index("mention_revision_copies", "text_digest", "heard_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    revision: int
    external_id: str
    text: str
    text_digest: str
    """Digest of the normalised text, by which copies are found."""
    copy_of: int | None = Field(default=None, foreign_key="mention_revision.id")
    """The first of the texts that say the same, or nearly; null for that one itself."""
    language_hint: str
    heard_at: datetime
    superseded_at: datetime | None = None
    assess_due_at: datetime | None = None
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()


class TextBandRow(SQLModel, table=True):
    """A slice of the sketch of a revision's text: texts that share one may be near-identical."""

    __tablename__ = "text_band"
    __table_args__ = (Index("text_band_found", "band", "heard_at"),)

    id: int | None = Field(default=None, primary_key=True)
    revision_id: int = Field(foreign_key="mention_revision.id", index=True)
    band: str
    """Number of the slice and its bits, in hexadecimal."""
    sketch: str
    """The whole sketch, in hexadecimal."""
    heard_at: datetime


class MentionAccountRow(SQLModel, table=True):
    """Which of our accounts a mention concerns. Due for the policy while `decide_due_at` is set."""

    __tablename__ = "mention_account"
    __table_args__ = (
        UniqueConstraint("mention_id", "account_id"),
        index_where("mention_account_due", "decide_due_at", where="decide_due_at IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    account_id: int = Field(foreign_key="account.id")
    feed: str
    summoned: bool
    settled_at: datetime | None = None
    """When a brand reply that is not ours was seen under it."""
    settled_by: str | None = None
    """The network's id of that reply."""
    decide_due_at: datetime | None = None
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()


class DirectMessageRow(SQLModel, table=True):
    """A direct message, in or out. An incoming one is due while `answer_due_at` is set."""

    __tablename__ = "direct_message"
    __table_args__ = (
        UniqueConstraint("network", "external_id"),
        Index("direct_message_identity", "identity_id"),
        index_where("direct_message_due", "answer_due_at", where="answer_due_at IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    network: str
    account_id: int = Field(foreign_key="account.id")
    external_id: str
    conversation_id: str
    identity_id: int = Field(foreign_key="identity.id")
    outgoing: bool
    text: str
    sent_at: datetime
    heard_at: datetime
    answer_due_at: datetime | None = None
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()


class OwnPostRow(SQLModel, table=True):
    """A post of the brand itself, whoever wrote it. `origin` is `ours` (through the outbox) or `outside`."""

    __tablename__ = "own_post"
    __table_args__ = (
        UniqueConstraint("network", "external_id"),
        Index("own_post_parent", "network", "parent_external_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    network: str
    account_id: int = Field(foreign_key="account.id")
    external_id: str
    parent_external_id: str | None = None
    root_external_id: str
    text: str
    origin: str
    published_at: datetime
    heard_at: datetime


class FeedCursorRow(SQLModel, table=True):
    """How far a feed of an account was durably read. Moves only in the transaction that stores its rows."""

    __tablename__ = "feed_cursor"
    __table_args__ = (UniqueConstraint("account_id", "feed"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    feed: str
    read_until: datetime | None = None
    """Everything published before this moment that the network would serve is stored."""
    poll_due_at: datetime | None = None
    walk_page: str | None = None
    """Where a walk that was cut short goes on; null between walks."""
    walk_began_at: datetime | None = None
    """When that walk began: what the cursor moves to when it ends."""
    walk_served: int = 0
    walk_oldest_at: datetime | None = None
    refusal: str | None = None
    """Why the network refuses this feed; null while it serves it."""
    refused_at: datetime | None = None
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()


class CoverageGapRow(SQLModel, table=True):
    """A span of a feed that was missed or read late, and why."""

    __tablename__ = "gap"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    feed: str
    since: datetime
    until: datetime
    reason: str
    cause: str = "bound"
    """`bound`: the network served no more; `outage`: it could not be read; `late`: it was read too late."""
    recovered_at: datetime | None = None
    """When the span was read after all."""


class AccountHealthRow(SQLModel, table=True):
    """Whether the network still lets us in. `state` is `working`, `refused` or `unreachable`.

    A `refused` account is paused: nothing is read or sent until an access check succeeds.
    """

    __tablename__ = "account_health"

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    state: str
    reason: str = ""
    since: datetime
    last_success_at: datetime | None = None
    last_refusal_at: datetime | None = None
    valid_until: datetime | None = None
    check_due_at: datetime | None = None
    """When the credentials are tried next."""


class NetworkBudgetRow(SQLModel, table=True):
    """What may still be asked of an endpoint, as its last answer said."""

    __tablename__ = "network_budget"
    __table_args__ = (UniqueConstraint("account_id", "endpoint"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    endpoint: str
    remaining: int
    resets_at: datetime
    whole: int | None = None
    """What a whole window holds; null where the network does not tell."""


class ReadSpendRow(SQLModel, table=True):
    """What reading cost an account in a month."""

    __tablename__ = "read_spend"
    __table_args__ = (UniqueConstraint("account_id", "month"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    month: str
    """`YYYY-MM`, in UTC."""
    posts: int
    dollars: float


class PendingPostRow(SQLModel, table=True):
    """A post that a delivery only named: the network is asked for it. Deleted once it is read or given up."""

    __tablename__ = "told_post"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        Index("told_post_due", "account_id", "ask_due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    network: str
    external_id: str
    told_at: datetime
    ask_due_at: datetime
    attempts: int = 0
    """How often the network was asked and did not show it."""
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()


class WebhookDeliveryRow(SQLModel, table=True):
    """A delivery that was taken: its digest, never its body."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (UniqueConstraint("network", "digest"), Index("webhook_delivery_received", "received_at"))

    id: int | None = Field(default=None, primary_key=True)
    network: str
    digest: str
    received_at: datetime
    posts: int
