"""The life of one row of the outbox: which status may follow which, its lease, and an unknown delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, literal_column
from sqlmodel import Session, col

from records.enums import ReplyStatus
from records.leases import claim_due
from records.tables.replies import ReplyRow

FOLLOWS: Mapping[ReplyStatus, frozenset[ReplyStatus]] = {
    ReplyStatus.DRAFT: frozenset(
        # sent: what is in doubt stays so while a second person is waited for
        {ReplyStatus.DRAFT, ReplyStatus.HELD, ReplyStatus.APPROVED, ReplyStatus.WITHHELD, ReplyStatus.SENT},
    ),
    ReplyStatus.HELD: frozenset(
        # sent: the answer to an earlier attempt may arrive after the lease was lost and the row was held
        {ReplyStatus.DRAFT, ReplyStatus.HELD, ReplyStatus.APPROVED, ReplyStatus.WITHHELD, ReplyStatus.SENT},
    ),
    ReplyStatus.APPROVED: frozenset(
        {
            ReplyStatus.DRAFT,
            ReplyStatus.HELD,
            ReplyStatus.APPROVED,
            ReplyStatus.SENDING,
            ReplyStatus.WITHHELD,
            ReplyStatus.SENT,  # as for held
        },
    ),
    ReplyStatus.SENDING: frozenset(
        {
            ReplyStatus.SENT,
            ReplyStatus.UNKNOWN,
            ReplyStatus.FAILED,
            ReplyStatus.WITHHELD,
            ReplyStatus.APPROVED,
            ReplyStatus.HELD,
        },
    ),
    ReplyStatus.UNKNOWN: frozenset(
        {ReplyStatus.SENT, ReplyStatus.UNKNOWN, ReplyStatus.APPROVED, ReplyStatus.HELD},
    ),
    ReplyStatus.SENT: frozenset(),
    ReplyStatus.FAILED: frozenset(),
    ReplyStatus.WITHHELD: frozenset(),
}
"""`approved` to `approved` is a postponement, `draft` to `draft` a revision or one approval of two."""


class IllegalTransitionError(Exception):
    """A reply cannot take this status from where it stands."""

    def __init__(self, before: ReplyStatus, after: ReplyStatus) -> None:
        self.before = before
        self.after = after
        super().__init__(f"A reply that is {before} cannot become {after}: {_advice(before)}.")


def check_transition(before: ReplyStatus, after: ReplyStatus) -> None:
    """Raise IllegalTransitionError unless `after` may follow `before`."""
    if after not in FOLLOWS[before]:
        raise IllegalTransitionError(before, after)


def _advice(before: ReplyStatus) -> str:
    if before in {ReplyStatus.SENDING, ReplyStatus.UNKNOWN}:
        return "wait until it is known whether the network took it"
    if not FOLLOWS[before]:
        return "its life is over; write a new one"
    return "look at it again"


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


CANNOT_TELL = "We cannot find out whether it was sent: look at the network, then send it again or withhold it."
MAYBE_THIS_ONE = "An answer of this account stands there that may be this one: compare them before sending."
PRIVATE_REPLY_USED = (
    "The network says that this comment has had its one private reply: look there before writing again."
)

_UNKNOWN_REASONS = (CANNOT_TELL, MAYBE_THIS_ONE, PRIVATE_REPLY_USED)


class DeliveryUnknownError(Exception):
    """The act may have been taken already, and whoever would send it again has not said that they looked."""

    def __init__(self) -> None:
        super().__init__("This may have been sent already: look at the network first, then say that you did.")


def delivery_unknown(row: ReplyRow) -> bool:
    """True where an earlier attempt may have reached the network and reading could not settle it."""
    return row.reason.startswith(_UNKNOWN_REASONS)


def keep_delivery_unknown(row: ReplyRow, reason: str) -> str:
    """`reason`, after the doubt that `row` carries: it lasts until a person has decided, whatever else happens."""
    doubt = next((known for known in _UNKNOWN_REASONS if row.reason.startswith(known)), "")
    return " ".join(filter(None, (doubt, reason)))


OUTSTANDING: ColumnElement[bool] = literal_column("reply.status IN ('approved', 'sending', 'unknown')")
"""Spelt as the index over due replies is, so that SQLite sees that the index serves."""


def claim_one(
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
