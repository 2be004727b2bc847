"""What came of a reply is committed: sent, refused, unknown or stopped, each in one transaction with its log entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from ledger.log import append
from networks.errors import (
    DuplicateRefused,
    NetworkError,
    RateLimited,
    Retry,
    TargetGone,
    TokenRefused,
)
from records.database import writing
from records.enums import Act, ReplyStatus
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.lifecycle import APPROVAL_LASTS, Stop, change, locked, postponed, withheld
from replies.limits import price
from replies.log_entries import LogSubject, reply_entries
from replies.ports import DeliveryPorts

REFUSED_AS_COPY = "The network says it has this text already."
UNHEARD = "The network did not say whether it took it."
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=10)
_FIRST_READING = timedelta(seconds=10)
_A_MOMENT = timedelta(seconds=1)


class TakenOverError(Exception):
    """Somebody else took the reply over, or changed it, since it was read."""


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Writes the log entries of one reply, and tells the service what happened to it."""

    ports: DeliveryPorts
    actor: Actor
    subject: LogSubject

    def on_gone(self, session: Session, row: ReplyRow, *, now: datetime) -> None:
        """Tell the service that the mention is gone, where it is the mention that `row` acts upon."""
        session.flush()
        mention = session.get_one(MentionRow, row.mention_id)
        if row.act != Act.PRIVATE_MESSAGE and row.target_external_id == mention.external_id:
            self.ports.on_gone(session, row.mention_id, now)

    def price_of(self, session: Session, row: ReplyRow, *, now: datetime) -> float:
        """US dollars that the network charges for `row`; 0 where nobody knows."""
        permissions = self.ports.permissions_of(session, row, now)
        return 0.0 if permissions is None else price(Act(row.act), row.text, permissions)

    def log(self, session: Session, row: ReplyRow, action: str, *, now: datetime) -> None:
        """Append one entry about `row`: the last statement of the transaction."""
        session.flush()
        subjects = {row.mention_id: self.subject}
        sealer = self.ports.sealer
        append(session, reply_entries([row], action, subjects=subjects, sealer=sealer, actor=self.actor, now=now))


def record_sent(engine: Engine, reply_id: int, external_id: str, *, recorder: Recorder, now: datetime) -> None:
    """Record that the network took it, even where another process holds the lease by now."""
    with writing(engine) as session:
        row = locked(session, reply_id)
        if row.status == ReplyStatus.SENT:
            return
        mark_sent(session, row, external_id, recorder=recorder, now=now)


def mark_sent(session: Session, row: ReplyRow, external_id: str, *, recorder: Recorder, now: datetime) -> None:
    """Mark `row` as sent, call `on_sent`, and append its entry: last in the transaction."""
    row.cost = row.cost or recorder.price_of(session, row, now=now)
    change(row, ReplyStatus.SENT)
    row.external_id = external_id
    row.sent_at = now
    session.flush()
    recorder.ports.on_sent(session, row)
    recorder.log(session, row, "sent", now=now)


def record_failure(
    engine: Engine, reply_id: int, error: NetworkError, *, attempts: int, recorder: Recorder, now: datetime
) -> ReplyStatus | None:
    """Record what a failed attempt makes of the reply; None where somebody else has taken it over."""
    with writing(engine) as session:
        row = locked(session, reply_id)
        if row.status != ReplyStatus.SENDING or row.attempts != attempts:
            return None
        if error.retry is Retry.UNCERTAIN:
            copy = isinstance(error, DuplicateRefused)
            change(row, ReplyStatus.UNKNOWN, reason=REFUSED_AS_COPY if copy else UNHEARD, due_at=now + _FIRST_READING)
        else:
            stop = stop_by_error(error, attempts=attempts, now=now)
            change(row, stop.status, reason=stop.reason, due_at=_due_at(row, stop))
            if isinstance(error, TargetGone):
                recorder.on_gone(session, row, now=now)
        status = ReplyStatus(row.status)
        recorder.log(session, row, log_action(status), now=now)
    return status


def record_stop(
    engine: Engine, read: ReplyRow, stop: Stop, *, claimant: str, recorder: Recorder, now: datetime
) -> None:
    """Record why an approved reply, read as `read`, does not leave; a postponement is not logged.

    Raises TakenOverError.
    """
    with writing(engine) as session:
        row = locked(session, read.id or 0)
        check_unchanged(row, read, claimant)
        if stop.external_id is not None:
            mark_sent(session, row, stop.external_id, recorder=recorder, now=now)
            return
        change(row, stop.status, reason=stop.reason, due_at=_due_at(row, stop))
        if stop.status is ReplyStatus.APPROVED:
            return
        if stop.gone:
            recorder.on_gone(session, row, now=now)
        recorder.log(session, row, log_action(stop.status), now=now)


def record_recall(
    engine: Engine, reply_id: int, reason: str, *, attempts: int, recorder: Recorder, now: datetime
) -> bool:
    """Hold a committed intent whose request was not made. False where another process has taken it over."""
    with writing(engine) as session:
        row = locked(session, reply_id)
        if row.status != ReplyStatus.SENDING or row.attempts != attempts:
            return False
        change(row, ReplyStatus.HELD, reason=reason)
        recorder.log(session, row, log_action(ReplyStatus.HELD), now=now)
    return True


def check_unchanged(row: ReplyRow, read: ReplyRow, claimant: str) -> None:
    """Raise TakenOverError unless `row` is still approved, leased by `claimant`, and has the text that was read."""
    same = (row.status, row.text, row.revision) == (ReplyStatus.APPROVED, read.text, read.revision)
    if not same or row.claimed_by != claimant:
        raise TakenOverError


def stop_by_error(error: NetworkError, *, attempts: int, now: datetime) -> Stop:
    """What follows for a reply from an error that rules out acceptance."""
    if isinstance(error, RateLimited):
        return postponed(str(error), max(error.until, now + timedelta(seconds=1)))
    if error.retry is Retry.LATER:
        return postponed(str(error), now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts, 10)))
    if isinstance(error, TargetGone):
        return withheld("The post is gone.")
    if isinstance(error, TokenRefused):
        return postponed(str(error), now + _FIRST_WAIT)
    return Stop(status=ReplyStatus.FAILED, reason=str(error))


def log_action(status: ReplyStatus) -> str:
    """The last part of the entry's kind; a reply that is approved again is `returned`."""
    return "returned" if status is ReplyStatus.APPROVED else status.value


def _due_at(row: ReplyRow, stop: Stop) -> datetime | None:
    """When to try again: no later than the approval lasts, so that a person is asked then."""
    if stop.due_at is None or row.approved_at is None:
        return stop.due_at
    return min(stop.due_at, row.approved_at + APPROVAL_LASTS + _A_MOMENT)
