"""Unsent acts are withheld when the post that they answer is deleted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.entry import Sealer
from ledger.log import append
from records.enums import ReplyStatus
from records.models import Actor
from records.tables.replies import ReplyRow
from replies.draft import NEEDS_THE_POST
from replies.lifecycle import change, delivery_unknown
from replies.log_entries import log_subjects, reply_entries
from replies.outbox import IN_OUR_HANDS

POST_DELETED = "The post was deleted."


def withhold_gone(
    session: Session, mention_ids: Collection[int], *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> list[int]:
    """Withhold what waits to be said or done under these mentions, so that nobody is asked to approve it.

    What may have been sent already stays held: a person must still look. Returns the ids of what was withheld.
    """
    query = (
        select(ReplyRow)
        .where(
            col(ReplyRow.mention_id).in_(mention_ids),
            col(ReplyRow.act).in_(sorted(NEEDS_THE_POST)),
            col(ReplyRow.status).in_(sorted(status.value for status in IN_OUR_HANDS)),
        )
        .order_by(col(ReplyRow.id))
        .with_for_update()
    )
    rows = [
        row for row in session.execute(query).scalars() if row.status != ReplyStatus.HELD or not delivery_unknown(row)
    ]
    for row in rows:
        change(row, ReplyStatus.WITHHELD, reason=POST_DELETED)
    session.flush()
    who = log_subjects(session, {row.mention_id for row in rows})
    append(session, reply_entries(rows, "withheld", addressees=who, sealer=sealer, actor=actor, now=now))
    return [row.id for row in rows if row.id is not None]
