"""Tables of what the brand has ordered, written by the service: rulebooks, their use, pilots and crises."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables.columns import json_column, unique_where


class RulebookRow(SQLModel, table=True):
    """The text of a rulebook as it was used, so that an old decision can be explained."""

    __tablename__ = "rulebook"
    __table_args__ = (UniqueConstraint("version"),)

    id: int | None = Field(default=None, primary_key=True)
    version: str
    """Hash of the content."""
    name: str
    source: str
    stored_at: datetime


class RulebookUseRow(SQLModel, table=True):
    """From when on a brand decides by a rulebook; the newest row is the one in use."""

    __tablename__ = "rulebook_use"
    __table_args__ = (Index("rulebook_use_brand", "brand", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    version: str
    origin: str
    """`file` where the settings name it, `promotion` where a pilot was promoted."""
    actor: str
    since: datetime


class PilotRow(SQLModel, table=True):
    """A rulebook that runs beside the live one."""

    __tablename__ = "pilot"
    __table_args__ = (
        unique_where("pilot_running", "brand", where="ended_at IS NULL"),
        Index("pilot_brand", "brand", "started_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    version: str
    mode: str
    """`shadow`: it says what it would do; `live`: it decides for its share of threads."""
    share: float
    """Of threads, from 0 to 1; the same threads for as long as it runs."""
    salt: str
    """Decides which threads those are."""
    least_agreement: float
    """The stop rule: below this share of agreement, once enough were compared, it ends by itself."""
    least_compared: int
    """So many comparisons are enough for the stop rule."""
    most_invitations: int
    """Invitations into rooms that it may make in a day of the brand."""
    started_by: str
    started_at: datetime
    ended_at: datetime | None = None
    ended_because: str = ""
    """`stopped`, `disagreement` or `promoted`."""
    ended_by: str = ""


class PilotVerdictRow(SQLModel, table=True):
    """What a pilot would have done with one mention, and what was done."""

    __tablename__ = "pilot_verdict"
    __table_args__ = (
        UniqueConstraint("pilot_id", "mention_id", "revision", "account_id"),
        Index("pilot_verdict_mention", "mention_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pilot_id: int = Field(foreign_key="pilot.id")
    mention_id: int = Field(foreign_key="mention.id")
    revision: int
    account_id: int = Field(foreign_key="account.id")
    action: str
    rule: str
    template: str | None = None
    text: str = ""
    """What it would have said in public; empty where it would have said nothing."""
    reasons: list[str] = json_column()
    made_at: datetime
    live_action: str
    live_rule: str
    done: str | None = None
    """What people did: an `Action`; null until they have, or the post needs nothing."""
    done_at: datetime | None = None
    agreed: bool | None = None


class CrisisRow(SQLModel, table=True):
    """One crisis of a brand: while it lasts, nothing automatic or approved leaves."""

    __tablename__ = "crisis"
    __table_args__ = (unique_where("crisis_lasting", "brand", where="ended_at IS NULL"),)

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    reason: str
    declared_by: str
    declared_at: datetime
    first_lift_by: str | None = None
    """The first of the two people who lift it."""
    first_lift_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
