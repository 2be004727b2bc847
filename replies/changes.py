"""A change of one row of the outbox, checked against its life."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from records.tables.replies import ReplyRow
from records.words import ReplyStatus
from replies.life import check_transition

_MAY_HAVE_COST = frozenset({ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.SENT})


class NoSuchReplyError(LookupError):
    """There is no reply of that number."""

    def __init__(self, reply_id: int) -> None:
        super().__init__(f"There is no reply {reply_id}: load the list again.")


def locked(session: Session, reply_id: int) -> ReplyRow:
    """The row as it stands now, kept from other writers until the transaction ends.

    Raises NoSuchReplyError.
    """
    row = session.get(ReplyRow, reply_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NoSuchReplyError(reply_id)
    return row


def change(row: ReplyRow, after: ReplyStatus, *, reason: str = "", due_at: datetime | None = None) -> None:
    """Give `row` the status `after` and let go of its lease.

    `due_at` is when `deliver` or `reconcile` should look again; None where neither need.
    Raises IllegalTransitionError.
    """
    check_transition(ReplyStatus(row.status), after)
    row.status = after.value
    row.reason = reason
    row.due_at = due_at
    if after not in _MAY_HAVE_COST:
        row.cost = 0.0
    row.claimed_by = None
    row.claimed_until = None
