"""The life of one row of the outbox: which status may follow which, its lease, why it stops, and unknown delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, bindparam, literal_column
from sqlmodel import Session, col

from records.enums import ReplyStatus
from records.leases import DueRows
from records.refusals import RefusalError
from records.tables.replies import ReplyRow

FOLLOWS: Mapping[ReplyStatus, frozenset[ReplyStatus]] = {
    ReplyStatus.DRAFT: frozenset(
        # sent: the delivery may be unknown while a second approval is awaited
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

UNSENT = frozenset({ReplyStatus.DRAFT, ReplyStatus.HELD, ReplyStatus.APPROVED})
"""What people may still change: no request about it can be under way."""
APPROVAL_LASTS = timedelta(minutes=30)
ALREADY_ANSWERED = "Somebody answered this already, outside Aparte: read it before saying more."
EDITED = "The post was edited after this was written: read it again."

CANNOT_TELL = "We cannot find out whether it was sent: look at the network, then send it again or withhold it."
MAYBE_THIS_ONE = "An answer of this account stands there that may be this one: compare them before sending."
PRIVATE_REPLY_USED = (
    "The network says that this comment has had its one private reply: look there before writing again."
)

_UNKNOWN_REASONS = (CANNOT_TELL, MAYBE_THIS_ONE, PRIVATE_REPLY_USED)
_MAY_HAVE_COST = frozenset({ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.SENT})
OUTSTANDING: ColumnElement[bool] = literal_column("reply.status IN ('approved', 'sending', 'unknown')")
"""Spelt as the index over due replies is, so that SQLite uses it."""
_DUE = DueRows(
    ReplyRow,
    due=col(ReplyRow.due_at),
    where=[
        OUTSTANDING,
        col(ReplyRow.status).in_(bindparam("statuses", expanding=True)),
        col(ReplyRow.due_at) <= bindparam("due_by"),
    ],
)


class IllegalTransitionError(RefusalError):
    """A reply cannot take this status from the one it has."""

    def __init__(self, before: ReplyStatus, after: ReplyStatus) -> None:
        self.before = before
        self.after = after
        super().__init__(
            f"A reply that is {before} cannot become {after}: {_advice(before)}.",
            code="reply-status",
            before=before.value,
            after=after.value,
        )


class NoSuchReplyError(RefusalError):
    """There is no reply of that number."""

    def __init__(self, reply_id: int) -> None:
        super().__init__(f"There is no reply {reply_id}: load the list again.", code="no-such-reply", reply=reply_id)


class DeliveryUnknownError(RefusalError):
    """The act may have been taken already, and the approver did not confirm that they looked at the network."""

    def __init__(self) -> None:
        super().__init__(
            "This may have been sent already: look at the network first, then say that you did.",
            code="delivery-unknown",
        )


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why a reply is not sent now, and which status it takes."""

    status: ReplyStatus
    """`held`, `withheld`, `failed`, `approved` for later, or `sent` where an earlier attempt is found."""
    reason: str
    due_at: datetime | None = None
    """When to try again; only with `approved`."""
    gone: bool = False
    """The post that is answered or hidden is no longer there."""
    external_id: str | None = None
    """The network's id of the act; only with `sent`."""


def held(reason: str) -> Stop:
    """A person must look first."""
    return Stop(status=ReplyStatus.HELD, reason=reason)


def withheld(reason: str) -> Stop:
    """It will not be sent; the slot is free."""
    return Stop(status=ReplyStatus.WITHHELD, reason=reason)


def gone(reason: str) -> Stop:
    """It will not be sent, since the post that it answers is no longer there."""
    return Stop(status=ReplyStatus.WITHHELD, reason=reason, gone=True)


def found(external_id: str) -> Stop:
    """An earlier attempt of it is on the network."""
    return Stop(status=ReplyStatus.SENT, reason="", external_id=external_id)


def postponed(reason: str, until: datetime) -> Stop:
    """It stays approved and is due again at `until`."""
    return Stop(status=ReplyStatus.APPROVED, reason=reason, due_at=until)


def claim_one(
    engine: Engine, statuses: Iterable[ReplyStatus], *, claimant: str, due_by: datetime, now: datetime
) -> int | None:
    """Lease the row in one of `statuses` that has been due for longest; None where none was due by `due_by`.

    A run that lasts takes what was due when it began: what it put off itself is another run's.
    """
    lease = _DUE.lease(
        engine,
        claimant=claimant,
        now=max(now, due_by),
        most=1,
        statuses=[status.value for status in statuses],
        due_by=due_by,
    )
    return lease.ids[0] if lease else None


def locked(session: Session, reply_id: int) -> ReplyRow:
    """The row as it is now, kept from other writers until the transaction ends. Raises NoSuchReplyError."""
    row = session.get(ReplyRow, reply_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NoSuchReplyError(reply_id)
    return row


def locked_unsent(session: Session, reply_id: int, after: ReplyStatus) -> ReplyRow:
    """As `locked`, for a change to `after` by people.

    Raises NoSuchReplyError, and IllegalTransitionError where the row is no longer `UNSENT`.
    """
    row = locked(session, reply_id)
    if ReplyStatus(row.status) not in UNSENT:
        raise IllegalTransitionError(ReplyStatus(row.status), after)
    return row


def change(row: ReplyRow, after: ReplyStatus, *, reason: str = "", due_at: datetime | None = None) -> None:
    """Give `row` the status `after` and let go of its lease; approvals of what becomes `held` no longer count.

    `due_at` is when `deliver` or `reconcile` should look again; None where neither need.
    Raises IllegalTransitionError.
    """
    check_transition(ReplyStatus(row.status), after)
    row.status = after.value
    row.reason = reason
    row.due_at = due_at
    if after not in _MAY_HAVE_COST:
        row.cost = 0.0
    if after is ReplyStatus.HELD:
        void_approvals(row)
    row.claimed_by = None
    row.claimed_until = None


def void_approvals(row: ReplyRow) -> None:
    """Every approval is asked for again."""
    row.approvals = []
    row.approved_at = None


def check_transition(before: ReplyStatus, after: ReplyStatus) -> None:
    """Raise IllegalTransitionError unless `after` may follow `before`."""
    if after not in FOLLOWS[before]:
        raise IllegalTransitionError(before, after)


def delivery_unknown(row: ReplyRow) -> bool:
    """True where an earlier attempt may have reached the network and reading could not settle it."""
    return row.reason.startswith(_UNKNOWN_REASONS)


def keep_delivery_unknown(row: ReplyRow, reason: str) -> str:
    """`reason`, after the one for which the delivery of `row` is unknown: only a person's decision removes that."""
    unknown = next((known for known in _UNKNOWN_REASONS if row.reason.startswith(known)), "")
    return " ".join(filter(None, (unknown, reason)))


def _advice(before: ReplyStatus) -> str:
    if before in {ReplyStatus.SENDING, ReplyStatus.UNKNOWN}:
        return "wait until it is known whether the network took it"
    if not FOLLOWS[before]:
        return "its life is over; write a new one"
    return "look at it again"
