"""What an event does to many unsent acts at once: they are held for a person, or withheld.

A post was edited, deleted or answered elsewhere, or a crisis was declared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from ledger.entry import Sealer
from records.enums import CLOSING_SLOT, Act, ReplyStatus
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.draft import ANSWERS_THE_TEXT, NEEDS_THE_POST
from replies.lifecycle import (
    ALREADY_ANSWERED,
    EDITED,
    UNSENT,
    change,
    delivery_unknown,
    keep_delivery_unknown,
)
from replies.log_entries import log_replies

POST_DELETED = "The post was deleted."
_HOLDABLE = (ReplyStatus.DRAFT.value, ReplyStatus.APPROVED.value)


def hold_answered(
    session: Session,
    mention_ids: Collection[int],
    *,
    account_ids: Collection[int] | None = None,
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> list[int]:
    """Hold unsent public replies under mentions that somebody answered outside Aparte.

    `account_ids` are those of the brand that answered; None means all. Closing lines are not held.
    """
    where = [
        col(ReplyRow.mention_id).in_(mention_ids),
        col(ReplyRow.act) == Act.PUBLIC_REPLY.value,
        col(ReplyRow.slot) != CLOSING_SLOT,
    ]
    if account_ids is not None:
        where.append(col(ReplyRow.account_id).in_(account_ids))
    return hold_all(session, where, ALREADY_ANSWERED, actor=actor, now=now, sealer=sealer)


def hold_edited(
    session: Session,
    mention_ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> list[int]:
    """Hold acts that were drafted or approved for an earlier revision of these mentions."""
    of_earlier_text = select(col(MentionRow.id)).where(
        col(MentionRow.id) == col(ReplyRow.mention_id), col(MentionRow.revision) != col(ReplyRow.revision)
    )
    where = [
        col(ReplyRow.mention_id).in_(mention_ids),
        col(ReplyRow.act).in_(sorted(ANSWERS_THE_TEXT)),
        of_earlier_text.exists(),
    ]
    return hold_all(session, where, EDITED, actor=actor, now=now, sealer=sealer)


def hold_all(
    session: Session,
    where: Sequence[ColumnElement[bool]],
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> list[int]:
    """Hold every draft and approved act that `where` names, each with one entry in the log. Returns their ids."""
    query = select(ReplyRow).where(*where, col(ReplyRow.status).in_(_HOLDABLE))
    rows = list(session.execute(query.order_by(col(ReplyRow.id)).with_for_update()).scalars())
    for row in rows:
        change(row, ReplyStatus.HELD, reason=keep_delivery_unknown(row, reason))
    log_replies(session, rows, "held", actor=actor, now=now, sealer=sealer)
    return [row.id for row in rows if row.id is not None]


def withhold_gone(
    session: Session, mention_ids: Collection[int], *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> list[int]:
    """Withhold the unsent acts under these mentions, so that nobody is asked to approve them.

    A held act whose delivery is unknown stays held for a person. Returns the ids of what was withheld.
    """
    query = (
        select(ReplyRow)
        .where(
            col(ReplyRow.mention_id).in_(mention_ids),
            col(ReplyRow.act).in_(sorted(NEEDS_THE_POST)),
            col(ReplyRow.status).in_(sorted(status.value for status in UNSENT)),
        )
        .order_by(col(ReplyRow.id))
        .with_for_update()
    )
    rows = [
        row for row in session.execute(query).scalars() if row.status != ReplyStatus.HELD or not delivery_unknown(row)
    ]
    for row in rows:
        change(row, ReplyStatus.WITHHELD, reason=POST_DELETED)
    log_replies(session, rows, "withheld", actor=actor, now=now, sealer=sealer)
    return [row.id for row in rows if row.id is not None]
