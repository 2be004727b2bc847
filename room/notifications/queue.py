"""The queue of notifications to persons in rooms: which are due, to whom, and how delivery went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update
from sqlmodel import Session, col

from people.customers import find_by_digest
from records.leases import DueRows, Lease
from records.tables.room import NotificationRow, ProofCodeRow, RoomRow

CODE = "code"
NOTICE = "notice"
EMAIL = "email"
SMS = "sms"
MOST_AT_ONCE = 10
_DUE = DueRows(NotificationRow, due=col(NotificationRow.due_at))
NOTICES_RETRIED_FOR = timedelta(days=1)

ATTEMPTS_BEFORE_ALERT = 2
"""Failed attempts after which a way is reported as failing."""

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_FAILURE_CHARACTERS = 100


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One e-mail or text message to be sent. Its text is made of this, and stored nowhere."""

    id: int
    kind: str
    """`code` or `notice`."""
    way: str
    """`email` or `sms`."""
    once: str
    """Idempotency key: the same at every attempt."""
    room_id: int
    public_id: str
    account_id: int
    language: str
    customer_id: int | None
    nonce: str = field(default="", repr=False)
    """Of the one-time code; empty for a notice."""
    worth_sending_until: datetime
    made_at: datetime
    attempts: int


def enqueue(
    session: Session,
    *,
    room_id: int,
    kind: str,
    way: str,
    once: str,
    customer_id: int | None,
    proof_code_id: int | None = None,
    now: datetime,
) -> None:
    """Queue a notification in the caller's transaction; one that is queued under the key `once` stays as it is.

    `customer_id` is None where it goes nowhere, or where the step that sends it looks the record up.
    """
    if (
        kind != CODE
        and session.execute(select(col(NotificationRow.id)).where(col(NotificationRow.once) == once)).first()
    ):
        return
    session.add(
        NotificationRow(
            room_id=room_id,
            proof_code_id=proof_code_id,
            customer_id=customer_id,
            kind=kind,
            way=way,
            once=once,
            made_at=now,
            due_at=now,
        )
    )
    session.flush()


def lease_notifications(engine: Engine, *, claimant: str, now: datetime) -> Lease:
    """Lease the notifications that are due."""
    return _DUE.lease(engine, claimant=claimant, now=now, most=MOST_AT_ONCE)


def load_notification(session: Session, notification_id: int) -> Notification | None:
    """The notification, with the customer of a requested code looked up; None where it is no longer due."""
    row = session.get(NotificationRow, notification_id, populate_existing=True)
    room = session.get(RoomRow, row.room_id) if row is not None and row.due_at is not None else None
    if row is None or room is None:
        return None
    code = session.get(ProofCodeRow, row.proof_code_id, populate_existing=True) if row.proof_code_id else None
    customer_id = row.customer_id
    if code is not None and customer_id is None:
        customer_id = find_by_digest(session, code.record_digest)
    return Notification(
        id=row.id or 0,
        kind=row.kind,
        way=row.way,
        once=row.once,
        room_id=row.room_id,
        public_id=room.public_id,
        account_id=room.account_id,
        language=room.language,
        customer_id=customer_id,
        nonce=code.nonce if code is not None else "",
        worth_sending_until=_worth_sending_until(row, code),
        made_at=row.made_at,
        attempts=row.attempts,
    )


def delivery_failure(session: Session, way: str) -> str:
    """Why the last notification that was sent this way, or failed repeatedly, was not sent; empty where it was."""
    went = or_(col(NotificationRow.sent_at).is_not(None), col(NotificationRow.attempts) >= ATTEMPTS_BEFORE_ALERT)
    query = (
        select(col(NotificationRow.sent_at), col(NotificationRow.failure))
        .where(col(NotificationRow.way) == way, went)
        .order_by(col(NotificationRow.id).desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return found.failure if found is not None and found.sent_at is None else ""


def mark_addressed(session: Session, notification: Notification, *, lease: Lease, way: str, proof: str) -> bool:
    """Store recipient and way before sending; false where the lease was lost.

    From here on the code is accepted, so that a code that arrives is valid.
    """
    if not lease.held(session, [notification.id]):
        return False
    row = session.get_one(NotificationRow, notification.id)
    row.customer_id, row.way = notification.customer_id, way
    if row.proof_code_id is not None:
        session.execute(
            update(ProofCodeRow)
            .where(col(ProofCodeRow.id) == row.proof_code_id)
            .values(customer_id=notification.customer_id, kind=proof)
        )
    session.flush()
    return True


def mark_sent(session: Session, notification_id: int, *, lease: Lease, now: datetime) -> None:
    """Mark it as handed over."""
    _settle(session, notification_id, lease, {"sent_at": now, "failure": ""})


def mark_dropped(session: Session, notification_id: int, *, lease: Lease, why: str) -> None:
    """Mark it as having no recipient, or as given up."""
    _settle(session, notification_id, lease, {"failure": why[:_MOST_FAILURE_CHARACTERS]})


def mark_failed(session: Session, notification: Notification, *, lease: Lease, why: str, now: datetime) -> None:
    """Schedule another attempt, with exponential back-off, while the notification is worth sending."""
    again = now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(notification.attempts, 16))
    due = again if again < notification.worth_sending_until else None
    _settle(session, notification.id, lease, {"failure": why[:_MOST_FAILURE_CHARACTERS]}, due_at=due)


def _settle(
    session: Session, notification_id: int, lease: Lease, values: dict[str, object], due_at: datetime | None = None
) -> None:
    lease.settle(
        session, [notification_id], due_at=due_at, values={"attempts": col(NotificationRow.attempts) + 1, **values}
    )


def _worth_sending_until(row: NotificationRow, code: ProofCodeRow | None) -> datetime:
    if code is None:
        return row.made_at + NOTICES_RETRIED_FOR
    return row.made_at if code.dead_at is not None else code.expires_at
