"""Tables written by the room: private legs of cases, and what was said in them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class RoomRow(SQLModel, table=True):
    """One private room. Its link is an HMAC of key, id and generation; no link or session is stored."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("public_id"), Index("room_case", "case_id"))

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
    handle_held_at: datetime | None = None
    """When coming in proved that the person holds the handle (the invitation answered their own message)."""
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
    said_at: datetime
