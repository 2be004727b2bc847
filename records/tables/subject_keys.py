"""The one table of the key database, a file of its own: erasing a key there seals what the ledger holds."""

from datetime import datetime

from sqlalchemy import LargeBinary, MetaData
from sqlmodel import Field, SQLModel


class KeyModel(SQLModel):
    """Base of what lives in the key database, apart from everything else."""

    metadata = MetaData()


class SubjectKeyRow(KeyModel, table=True):
    """One person's data key, wrapped by the master key; the row stays after erasure, without its key."""

    __tablename__ = "subject_key"

    subject: str = Field(primary_key=True)
    wrapped: bytes | None = Field(default=None, sa_type=LargeBinary)
    made_at: datetime
    erased_at: datetime | None = None
