"""Tables written by the ledger. Triggers of the first migration refuse UPDATE and DELETE of entries."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from records.tables.columns import json_column

_INDEX = BigInteger().with_variant(Integer(), "sqlite")


class LedgerEntryRow(SQLModel, table=True):
    """One entry, as RFC 8785 canonical JSON, and its RFC 6962 leaf hash."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ledger_entry_kind", "kind"), Index("ledger_entry_case", "case_id"))

    index: int = Field(sa_column=Column("index", _INDEX, primary_key=True, autoincrement=False))
    kind: str
    """Tag `source:subject:action`, repeated from the body for queries."""
    at: datetime
    mention_id: int | None = Field(default=None, index=True)
    case_id: int | None = None
    body: str
    leaf_hash: str
    """Hexadecimal."""


class LedgerFrontierRow(SQLModel, table=True):
    """The right edge of the tree: roots of its complete subtrees, so that an append costs O(log n)."""

    __tablename__ = "ledger_frontier"

    id: int = Field(default=1, primary_key=True)
    size: int
    nodes: list[str] = json_column()
    """Hexadecimal roots, largest subtree first."""


class CheckpointRow(SQLModel, table=True):
    """A signed tree head."""

    __tablename__ = "checkpoint"

    id: int | None = Field(default=None, primary_key=True)
    size: int
    root: str
    note: str
    """The signed text."""
    key_id: str
    signature: str
    made_at: datetime
