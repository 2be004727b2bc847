"""Step `checkpoint`: signs the head of the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from ledger.checkpoints import make_checkpoint
from ledger.log import size_and_root
from records.database import reading, writing
from records.nouns import Actor
from records.tables.ledger import CheckpointRow
from service.house import House
from service.keys import signing_key

ACTOR = Actor(tag="step:checkpoint")


def checkpoint(house: House, *, now: datetime) -> int:
    """Sign the log as it stands, where it has grown since the last signature. Returns 1 where it did."""
    with reading(house.engine) as session:
        size, _ = size_and_root(session)
        signed = session.execute(select(func.max(col(CheckpointRow.size)))).scalar() or 0
    if size == signed:
        return 0
    with writing(house.engine) as session:
        make_checkpoint(
            session,
            origin=house.settings.document.checkpoints.origin,
            signing_key=signing_key(house.master_key),
            actor=ACTOR,
            now=now,
        )
    return 1
