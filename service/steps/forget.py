"""Step `forget`: what the network deleted is erased here too; the log keeps its proofs, sealed for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from records.database import writing
from records.nouns import Actor
from records.tables.listener import MentionRevisionRow, MentionRow
from service.house import House

ACTOR = Actor(tag="step:forget")
BATCH = 500


def forget(house: House, *, now: datetime, most: int = BATCH) -> int:
    """Erase the texts of up to `most` deleted mentions. Returns how many were erased."""
    with writing(house.engine) as session:
        deleted = list(
            session.execute(
                select(col(MentionRow.id))
                .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
                .where(col(MentionRow.deleted_at) <= now, col(MentionRevisionRow.text) != "")
                .distinct()
                .limit(most)
            ).scalars()
        )
        session.execute(
            update(MentionRevisionRow)
            .where(col(MentionRevisionRow.mention_id).in_(deleted))
            .values(text="", text_digest="")
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(MentionRow)
            .where(col(MentionRow.id).in_(deleted))
            .values(above=None, media_urls=[])
            .execution_options(synchronize_session=False)
        )
    return len(deleted)
