"""Tables written by people: who is who, and with what proof."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class IdentityRow(SQLModel, table=True):
    """An author on a network."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("network", "external_id"), UniqueConstraint("subject"))

    id: int | None = Field(default=None, primary_key=True)
    network: str
    external_id: str
    subject: str
    """Random name under which this person's data key is kept; says nothing about the person."""
    handle: str
    display_name: str
    biography: str
    reach: int
    declared_bot: bool
    first_heard_at: datetime
    last_heard_at: datetime
    erased_at: datetime | None = None


class CustomerRow(SQLModel, table=True):
    """A record of the company's CRM."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("reference"),)

    id: int | None = Field(default=None, primary_key=True)
    reference: str
    subject: str
    market: str
    segment: str
    contact_sealed: bytes = Field(sa_type=LargeBinary)
    """E-mail, mobile, name, surname and booking references, sealed under the key of `subject`."""
    imported_at: datetime | None = None


class CustomerKeyRow(SQLModel, table=True):
    """One way to find a customer record by what a person types, without storing what that is."""

    __tablename__ = "customer_key"
    __table_args__ = (UniqueConstraint("customer_id", "kind", "digest"), Index("customer_key_found", "kind", "digest"))

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    kind: str
    """`email`, `mobile`, or `booking` (reference and surname together)."""
    digest: str
    """HMAC-SHA256, under a derived key, of the value in its plain form."""


class IdentityLinkRow(SQLModel, table=True):
    """An identity tied to a customer record, by a proof and with consent."""

    __tablename__ = "identity_link"

    id: int | None = Field(default=None, primary_key=True)
    identity_id: int = Field(foreign_key="identity.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    proof: str
    """A `ProofKind` of being on file."""
    proved_at: datetime
    consent_id: int | None = Field(default=None, foreign_key="consent.id")
    withdrawn_at: datetime | None = None


class ConsentRow(SQLModel, table=True):
    """One answer to one versioned question."""

    __tablename__ = "consent"

    id: int | None = Field(default=None, primary_key=True)
    identity_id: int = Field(foreign_key="identity.id", index=True)
    purpose: str
    """A `Purpose`."""
    wording_version: str
    """Language and digest of the very question that was answered."""
    room_id: int | None = Field(default=None, foreign_key="room.id")
    given_at: datetime
    withdrawn_at: datetime | None = None
