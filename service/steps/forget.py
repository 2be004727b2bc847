"""Step `forget`: erases posts that their network deleted. The log keeps its proofs, sealed for ever.

So are webhook deliveries that cannot be repeated, and old failed attempts to open rooms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import null, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from listener.ingest.near_duplicates import forget_minhashes
from listener.webhooks.deliveries import forget_deliveries
from listener.webhooks.pending_posts import forget_pending
from people.identities import forget_authors
from records.database import writing
from records.models import Actor
from records.tables.listener import MentionRevisionRow, MentionRow
from room.verification.throttling import delete_old_attempts
from service.wiring.app import App

ACTOR = Actor(tag="step:forget")
BATCH = 500


def forget(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Erase the texts of up to `most` deleted mentions, and the names of authors who have no other.

    Returns how many mentions were erased.
    """
    with writing(app.engine) as session:
        deleted = list(
            session.execute(
                select(col(MentionRow.id))
                .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
                .where(col(MentionRow.deleted_at) <= now, col(MentionRevisionRow.text_digest) != "")
                .distinct()
                .limit(most)
            ).scalars()
        )
        if deleted:
            _erase(session, deleted)
        forget_deliveries(session, now=now)
        forget_pending(session, now=now)
        delete_old_attempts(session, now=now)
    return len(deleted)


def _erase(session: Session, deleted: Sequence[int]) -> None:
    session.execute(
        update(MentionRevisionRow)
        .where(col(MentionRevisionRow.mention_id).in_(deleted))
        .values(text="", text_digest="", copy_of=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(MentionRow)
        .where(col(MentionRow.id).in_(deleted))
        .values(above=null(), media_urls=[])
        .execution_options(synchronize_session=False)
    )
    forget_minhashes(session, deleted)
    forget_authors(session, deleted)
    _forget_above(session, deleted)


def _forget_above(session: Session, deleted: Sequence[int]) -> None:
    """The answers to a post carry a copy of it."""
    gone, answer = aliased(MentionRow), aliased(MentionRow)
    answers = (
        select(col(answer.id))
        .join(
            gone,
            (col(gone.network) == col(answer.network)) & (col(gone.root_external_id) == col(answer.root_external_id)),
        )
        .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(gone.id))
        .where(
            col(gone.id).in_(deleted),
            # An answer may stand under any version of an edited post.
            col(answer.parent_external_id).in_([col(gone.external_id), col(MentionRevisionRow.external_id)]),
        )
        .distinct()
    )
    session.execute(
        update(MentionRow)
        .where(col(MentionRow.id).in_(session.execute(answers).scalars().all()))
        .values(above=null())
        .execution_options(synchronize_session=False)
    )
