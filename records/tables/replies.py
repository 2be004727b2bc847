"""The table written by replies: every outgoing act and its life."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from records.tables.columns import (
    claimed_by_field,
    claimed_until_field,
    index_where,
    json_column,
    unique_where,
)


class ReplyRow(SQLModel, table=True):
    """One outgoing act: a public reply, a private message or a hide; its life is `ReplyStatus`."""

    __tablename__ = "reply"
    __table_args__ = (
        unique_where(
            "reply_slot",
            "account_id",
            "mention_id",
            "slot",
            where="status NOT IN ('withheld', 'failed')",
        ),
        index_where("reply_due", "due_at", where="status IN ('approved', 'sending', 'unknown')"),
        Index("reply_mention", "mention_id"),
        Index("reply_case", "case_id"),
        Index("reply_sent", "account_id", "sent_at"),
        Index("reply_external", "external_id"),
        Index("reply_sending", "account_id", "sending_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    mention_id: int = Field(foreign_key="mention.id")
    revision: int
    """The revision of the mention that the text answers."""
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    case_id: int | None = Field(default=None, foreign_key="care_case.id")
    room_id: int | None = Field(default=None, foreign_key="room.id")
    slot: str
    act: str
    target_external_id: str
    """The post that is answered or hidden; for a private message, the person's id on the network."""
    text: str
    """With secrets such as `{room_link}` still as placeholders."""
    language: str
    fingerprint: str = ""
    """Digest of the text as the network will show it, secrets left out; see `replies.fingerprint`."""
    status: str
    reason: str = ""
    """Why it is held, withheld, failed or unknown: one sentence for a person."""
    origin: str
    """`automatic` (a rule spoke) or `person`."""
    author: str
    """Actor who wrote it: `rule:NAME` or `agent:ID`."""
    promotion: bool = False
    """Advertises, and must say so in its text."""
    even_in_crisis: bool = False
    """Leaves although the brand's crisis switch is on: its rule is exempt."""
    approvals_needed: int = 0
    approvals: list[str] = json_column()
    """Actors who approved the text as it stands."""
    created_at: datetime
    approved_at: datetime | None = None
    due_at: datetime | None = None
    """When `deliver` or `reconcile` should look at it next."""
    sending_at: datetime | None = None
    """When the intent to post was committed; set before the request leaves."""
    attempts: int = 0
    absent_at: datetime | None = None
    """When a reading first did not find an act whose fate is unknown."""
    cost: float = 0.0
    """US dollars that the network charged for it; set when it is sent."""
    sent_at: datetime | None = None
    external_id: str | None = None
    """The network's own id of the sent act."""
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()
