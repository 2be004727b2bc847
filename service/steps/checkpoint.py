"""Step `checkpoint`: signs the head of the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from ledger.checkpoints import make_checkpoint
from ledger.log import size_and_root
from records.database import reading, writing
from records.models import Actor
from records.tables.ledger import CheckpointRow
from service.wiring.app import App
from service.wiring.keys import signing_key

ACTOR = Actor(tag="step:checkpoint")


def checkpoint(app: App, *, now: datetime) -> int:
    """Sign the log as it stands, where it has grown since the last signature. Returns 1 where it did."""
    with reading(app.engine) as session:
        size, _ = size_and_root(session)
        signed = session.execute(select(func.max(col(CheckpointRow.size)))).scalar() or 0
    if size == signed:
        return 0
    with writing(app.engine) as session:
        make_checkpoint(
            session,
            origin=app.settings.document.checkpoints.origin,
            signing_key=signing_key(app.master_key),
            actor=ACTOR,
            now=now,
        )
    return 1
