"""Tables written by cases: the unit of work that people handle."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from records.tables.columns import unique_where


class CareCaseRow(SQLModel, table=True):
    """What one person and one brand have open with each other."""

    __tablename__ = "care_case"
    __table_args__ = (
        UniqueConstraint("reference"),
        unique_where("care_case_open", "identity_id", "brand", where="closed_at IS NULL"),
        Index("care_case_order", "closed_at", "harm", "handed_over_at", "exposure"),
    )

    id: int | None = Field(default=None, primary_key=True)
    reference: str
    """What a person is told, to ask about the case later."""
    identity_id: int = Field(foreign_key="identity.id", index=True)
    brand: str
    subject_class: str = "general"
    status: str
    queue: str
    priority: str
    harm: bool = False
    exposure: float = 0.0
    """Minutes unanswered in public x log2(2 + reach) x P(negative), as of `exposure_as_of`."""
    exposure_as_of: datetime | None = None
    reach: int = 0
    p_negative: float = 0.0
    waiting_since: datetime | None = None
    """Since when somebody waits for us in public; null while nobody does."""
    respond_by: datetime | None = None
    """When the first-response clock runs out."""
    first_responded_at: datetime | None = None
    late_because: str | None = None
    """`outage` where the first-response clock ran while we could not hear the network; null otherwise."""
    handed_over_at: datetime | None = None
    handed_over_note: str = ""
    assignee_id: int | None = Field(default=None, foreign_key="agent.id", index=True)
    private_state: str = "none"
    """A `PrivateState`: how the private side stands."""
    private_since: datetime | None = None
    """Since when it stands so."""
    private_waiting_since: datetime | None = None
    """Since when the person waits for us in private; null while they do not."""
    solved_at: datetime | None = None
    """When the matter was solved in private; from then on the clock of the public closing line runs."""
    close_by: datetime | None = None
    """When the public closing line is due; null while none is owed or its clock does not run."""
    opened_at: datetime
    public_closed_at: datetime | None = None
    """When the public closing line was sent."""
    waiver: str | None = None
    """Why no public closing line was needed or possible."""
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    """When the person came back after the case was closed; null where they have not."""


class CaseThreadRow(SQLModel, table=True):
    """One leg of a case: a public thread, or the private conversation on one network."""

    __tablename__ = "case_thread"
    __table_args__ = (
        UniqueConstraint("case_id", "account_id", "leg", "root_external_id"),
        Index("case_thread_root", "account_id", "root_external_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="care_case.id")
    account_id: int = Field(foreign_key="account.id")
    leg: str
    """`public` or `private`."""
    root_external_id: str
    """Root post of a public leg; conversation id of a private one."""
    mention_id: int | None = Field(default=None, foreign_key="mention.id")
    """The latest mention of this person in the thread; answers go under it."""
    joined_at: datetime
