"""Takes one row of the outbox at a time, for who sends and for who settles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, literal_column
from sqlmodel import col

from records.leases import claim_due
from records.tables.replies import ReplyRow
from records.words import ReplyStatus

OUTSTANDING: ColumnElement[bool] = literal_column("reply.status IN ('approved', 'sending', 'unknown')")
"""Spelt as the index over due replies is, so that SQLite sees that the index serves."""


def take_one(
    engine: Engine, statuses: Iterable[ReplyStatus], *, claimant: str, due_by: datetime, now: datetime
) -> int | None:
    """Lease the row in one of `statuses` that has been due for longest; None where none was due by `due_by`.

    A run that lasts takes what was due when it began: what it put off itself is another run's.
    """
    ids = claim_due(
        engine,
        ReplyRow,
        due=col(ReplyRow.due_at),
        where=[
            OUTSTANDING,
            col(ReplyRow.status).in_([status.value for status in statuses]),
            col(ReplyRow.due_at) <= due_by,
        ],
        claimant=claimant,
        now=max(now, due_by),
        most=1,
    )
    return ids[0] if ids else None
