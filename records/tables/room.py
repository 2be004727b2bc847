"""Tables written by the room: private legs of cases, and what was said in them."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables.columns import claimed_by_field, claimed_until_field, index_where, unique_where


class RoomRow(SQLModel, table=True):
    """One private room. Its link is an HMAC of key, id and generation; no link or session is stored."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("public_id"),
        Index("room_case", "case_id"),
        unique_where("room_code", "code_digest", where="code_digest IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str
    """Random name in the address; opens nothing by itself."""
    case_id: int = Field(foreign_key="care_case.id")
    account_id: int = Field(foreign_key="account.id")
    mention_id: int = Field(foreign_key="mention.id")
    identity_id: int = Field(foreign_key="identity.id")
    language: str
    status: str
    generation: int = 1
    """Counts invitations; a new one voids the one before."""
    prepared_at: datetime
    invited_at: datetime | None = None
    expires_at: datetime
    opened_at: datetime | None = None
    """When the person first came in."""
    session_hash: str | None = None
    """SHA-256 of the session token given when the invitation was consumed."""
    entry: str = "link"
    """`link`, or `code` where the person types a short code at an address they know."""
    code_digest: str | None = None
    """HMAC-SHA256 of the short code of the present generation; null for a link."""
    handle_held_at: datetime | None = None
    """When coming in proved that the person holds the handle (the invitation answered their own message)."""
    handle_proof: str | None = None
    """The `ProofKind` by which they did."""
    filed_at: datetime | None = None
    """When the person showed that they are on file."""
    file_proof: str | None = None
    """The `ProofKind` by which they did."""
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    """The record that they proved to be theirs, for this conversation; tied to the handle only with consent."""
    turned_away_at: datetime | None = None
    turned_away_because: str | None = None
    """Which way out the person took: `not_me`, `for_another`, `not_a_customer`, `minor`, `no_code`."""
    asked_human_at: datetime | None = None
    """When the person asked for a human; null once one has answered."""
    read_until: int | None = None
    """Id of the newest message that the person was shown."""
    solved_at: datetime | None = None
    rating: int | None = None
    """From 1 to 5."""
    rated_at: datetime | None = None
    last_said_at: datetime | None = None
    closed_at: datetime | None = None


class RoomMessageRow(SQLModel, table=True):
    """One message in a room. `author` is `person`, `agent` or `service`."""

    __tablename__ = "room_message"
    __table_args__ = (Index("room_message_room", "room_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id")
    author: str
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    text: str
    """With card numbers, PINs and codes masked."""
    via: str = "room"
    """`room`, or `email` for an answer to a notice: who wrote it is then unproven."""
    said_at: datetime


class RoomFileRow(SQLModel, table=True):
    """A file that the person attached."""

    __tablename__ = "room_file"
    __table_args__ = (Index("room_file_message", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    message_id: int = Field(foreign_key="room_message.id")
    name: str
    media_type: str
    """As found in the content, never as claimed."""
    size: int
    """Bytes."""
    sha256: str
    sealed: bytes = Field(sa_type=LargeBinary)
    """The content, sealed under the person's key."""


class ProofCodeRow(SQLModel, table=True):
    """One one-time code, asked for by somebody in a room. Made alike for known and unknown records."""

    __tablename__ = "proof_code"
    __table_args__ = (Index("proof_code_room", "room_id", "id"), Index("proof_code_record", "record_digest", "made_at"))

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id")
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    """The record whose contact is sent the code; null where nobody is, and nothing is sent."""
    kind: str
    """A `ProofKind` that is proved by a code."""
    record_digest: str
    """HMAC-SHA256 of what was typed, so that a record's misses are counted whether or not it exists."""
    nonce: str
    """The code is derived from it and a key; it is stored nowhere."""
    made_at: datetime
    expires_at: datetime
    misses: int = 0
    used_at: datetime | None = None
    dead_at: datetime | None = None


class FailedAttemptRow(SQLModel, table=True):
    """One try that opened nothing; kept for a day, to see sprays."""

    __tablename__ = "room_guess"
    __table_args__ = (Index("room_guess_door", "door", "made_at"),)

    id: int | None = Field(default=None, primary_key=True)
    door: str
    """`link`, `code` or `proof`."""
    made_at: datetime
    source_digest: str
    """HMAC-SHA256 of the address it came from, under a key of the day."""


class NotificationRow(SQLModel, table=True):
    """One e-mail or text message to a person: a one-time code, or the notice of an answer. Its words are not stored."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("once"),
        index_where("letter_due", "due_at", where="due_at IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id")
    proof_code_id: int | None = Field(default=None, foreign_key="proof_code.id")
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    """Whose contact it goes to; null where it goes nowhere."""
    kind: str
    """`code` or `notice`."""
    way: str
    """`email` or `sms`."""
    once: str
    """What makes it the only one of its sort, such as `notice:ROOM:MESSAGE`."""
    made_at: datetime
    due_at: datetime | None = None
    """When to hand it over next; null once it is sent, dropped or given up."""
    sent_at: datetime | None = None
    attempts: int = 0
    failure: str = ""
    """Why the last try failed, without an address."""
    claimed_by: str | None = claimed_by_field()
    claimed_until: datetime | None = claimed_until_field()
