"""Tables written by the service: accounts, what was found and decided, corrections, knowledge, agents."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables.columns import json_column, unique_where


class AccountRow(SQLModel, table=True):
    """One brand account on one network."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    network: str
    brand: str
    market: str
    languages: list[str] = json_column()
    external_id: str
    handle: str
    connected_at: datetime


class AssessmentRow(SQLModel, table=True):
    """What the classifier found in one revision. Of personal data only kind, owner and span are stored."""

    __tablename__ = "assessment"
    __table_args__ = (
        unique_where("assessment_live", "mention_id", "revision", where="superseded_at IS NULL"),
        Index("assessment_mention", "mention_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    revision: int
    language: str
    sentiment: str
    p_negative: float
    p_neutral: float
    p_positive: float
    relation: str
    p_customer: float
    p_prospect: float
    p_bystander: float
    intent: str
    p_intent: float
    urgency: str
    toxicity: float
    needs_account_data: float
    signals: list[str] = json_column()
    personal_data: list[dict[str, Any]] = json_column()
    """Objects `{kind, owner, start, end}`."""
    evidence: list[str] = json_column()
    model_version: str
    made_at: datetime
    superseded_at: datetime | None = None


class DecisionRow(SQLModel, table=True):
    """What the policy decided for one revision and account, and everything it read to do so."""

    __tablename__ = "decision"
    __table_args__ = (
        unique_where("decision_live", "mention_id", "revision", "account_id", where="superseded_at IS NULL"),
        Index("decision_mention", "mention_id"),
        Index("decision_made", "made_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    revision: int
    account_id: int = Field(foreign_key="account.id")
    action: str
    rule: str
    queue: str
    priority: str
    approval: str
    hide: bool
    template: str | None = None
    reasons: list[str] = json_column()
    facts: dict[str, Any] = json_column()
    """`{name: {"value": ..., "source": ...}}`."""
    rulebook_version: str
    mode: str
    propose_hide: bool = False
    """A person is asked whether to hide the post."""
    pilot_id: int | None = Field(default=None, foreign_key="pilot.id")
    """The pilot whose rulebook decided; null where the brand's live one did."""
    made_at: datetime
    superseded_at: datetime | None = None


class LabelRow(SQLModel, table=True):
    """A correction by a person, or a proof, that models may learn from."""

    __tablename__ = "label"

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id")
    revision: int
    task: str
    value: str
    source: str
    actor: str
    consent_id: int | None = None
    made_at: datetime
    superseded_at: datetime | None = None


class ArticleRow(SQLModel, table=True):
    """A piece of knowledge that answers may lean on."""

    __tablename__ = "article"

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    title: str
    body: str
    internal: bool
    language: str
    valid_until: datetime | None = None


class AgentRow(SQLModel, table=True):
    """A person who works here."""

    __tablename__ = "agent"
    __table_args__ = (UniqueConstraint("email"),)

    id: int | None = Field(default=None, primary_key=True)
    email: str
    name: str
    password_hash: str
    roles: list[str] = json_column()
    languages: list[str] = json_column()
    capacity: int = 5
    shift: str = ""
    added_at: datetime
    disabled_at: datetime | None = None
    sign_ins_from: datetime
    """Sessions opened before this moment are void: set forward on revocation or a new password."""
