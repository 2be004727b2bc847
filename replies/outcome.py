"""The intent to send is committed, the request leaves, and its outcome is committed."""

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
from networks.protocol import Network
from records.database import writing
from records.enums import Act, ReplyStatus
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.draft import AUTOMATIC
from replies.fingerprint import fingerprint
from replies.lifecycle import change, locked
from replies.limits import check_caps, over_budget, price
from replies.log_entries import LogSubject, reply_entries
from replies.ports import DeliveryPorts, Stop, held, postponed, withheld
from replies.send_context import APPROVAL_LASTS, SendContext, stop_by_cap

REFUSED_AS_COPY = "The network says it has this text already."
UNHEARD = "The network did not say whether it took it."
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=10)
_INTENT_STANDS = timedelta(minutes=3)
_INTENT_LEASE = timedelta(minutes=5)
_FIRST_READING = timedelta(seconds=10)
_A_MOMENT = timedelta(seconds=1)


class TakenOverError(Exception):
    """Somebody else took the reply over, or changed it, since it was read."""


@dataclass(frozen=True, kw_only=True)
class LogContext:
    """Who writes to the log, and with which sealer."""

    desk: DeliveryPorts
    actor: Actor
    addressee: LogSubject

    def gone(self, session: Session, row: ReplyRow, *, now: datetime) -> None:
        """Tell the caller that the mention is gone, where it is the mention that `row` acts upon."""
        session.flush()
        mention = session.get_one(MentionRow, row.mention_id)
        if row.act != Act.PRIVATE_MESSAGE and row.target_external_id == mention.external_id:
            self.desk.on_gone(session, row.mention_id, now)

    def price_of(self, session: Session, row: ReplyRow, *, now: datetime) -> float:
        """US dollars that the network charges for `row`; 0 where nobody knows."""
        permissions = self.desk.permissions_of(session, row, now)
        return 0.0 if permissions is None else price(Act(row.act), row.text, permissions)

    def log(self, session: Session, row: ReplyRow, action: str, *, now: datetime) -> None:
        """Append one entry about `row`: the last statement of the transaction."""
        session.flush()
        told = reply_entries(
            [row],
            action,
            addressees={row.mention_id: self.addressee},
            sealer=self.desk.sealer,
            actor=self.actor,
            now=now,
        )
        append(session, told)


def commit_intent(
    engine: Engine, situation: SendContext, *, claimant: str, telling: LogContext, now: datetime
) -> Stop | None:
    """Record that the reply is about to leave, and its price.

    Returns a Stop where the brand ordered a hold, a cap was reached, or the month's budget spent, in the meantime.
    Raises LostError.
    """
    with writing(engine) as session:
        row = locked(session, situation.reply.id or 0)
        _check_unchanged(row, situation.reply, claimant)
        ordered = telling.desk.ordered_hold(session, row, now)
        if ordered:
            return held(ordered)
        wait = check_caps(session, row, telling.desk.caps, now=now)
        if wait is not None:
            return stop_by_cap(wait, row)
        cost = telling.price_of(session, row, now=now)
        stop = _stop_by_budget(session, row, cost, telling, now=now)
        if stop is not None:
            return stop
        change(row, ReplyStatus.SENDING, due_at=now)
        row.cost = cost
        row.absent_at = None
        # Longer than an intent stands and a request may take together: nobody settles what may still be on its way.
        row.claimed_by, row.claimed_until = claimant, now + _INTENT_LEASE
        row.sending_at = now
        row.attempts += 1
        row.fingerprint = fingerprint(row.text)
        telling.log(session, row, "sending", now=now)
    return None


def perform_act(network: Network, reply: ReplyRow, text: str) -> str:
    """Carry the act out and return the network's own id of it. Raises NetworkError."""
    if reply.act == Act.PUBLIC_REPLY:
        return network.reply(reply.target_external_id, text).external_id
    if reply.act == Act.PRIVATE_MESSAGE:
        return network.send_private(reply.target_external_id, text).external_id
    if reply.act == Act.PRIVATE_REPLY:
        return network.reply_privately(reply.target_external_id, text).external_id
    if reply.act == Act.DELETE:
        network.delete_own(reply.target_external_id)
    else:
        network.hide(reply.target_external_id, hidden=reply.act == Act.HIDE)
    return reply.target_external_id


def intent_expired(sending_at: datetime, *, now: datetime) -> bool:
    """True where so long passed since the intent that reconciliation may soon look for the act."""
    return now - sending_at > _INTENT_STANDS


def record_sent(engine: Engine, reply_id: int, external_id: str, *, telling: LogContext, now: datetime) -> None:
    """Record that the network took it, whoever holds the row by now."""
    with writing(engine) as session:
        row = locked(session, reply_id)
        if row.status == ReplyStatus.SENT:
            return
        mark_sent(session, row, external_id, telling=telling, now=now)


def mark_sent(session: Session, row: ReplyRow, external_id: str, *, telling: LogContext, now: datetime) -> None:
    """Make `row` sent, tell the caller's cases, and log it."""
    row.cost = row.cost or telling.price_of(session, row, now=now)
    change(row, ReplyStatus.SENT)
    row.external_id = external_id
    row.sent_at = now
    session.flush()
    telling.desk.on_sent(session, row)
    telling.log(session, row, "sent", now=now)


def record_failure(
    engine: Engine, reply_id: int, error: NetworkError, *, attempts: int, telling: LogContext, now: datetime
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
                telling.gone(session, row, now=now)
        status = ReplyStatus(row.status)
        telling.log(session, row, log_action(status), now=now)
    return status


def record_stop(
    engine: Engine,
    situation: SendContext,
    stop: Stop,
    *,
    claimant: str,
    telling: LogContext,
    now: datetime,
) -> None:
    """Record why an approved reply does not leave; a postponement decides nothing and is not logged.

    Raises LostError.
    """
    with writing(engine) as session:
        row = locked(session, situation.reply.id or 0)
        _check_unchanged(row, situation.reply, claimant)
        if stop.external_id is not None:
            mark_sent(session, row, stop.external_id, telling=telling, now=now)
            return
        change(row, stop.status, reason=stop.reason, due_at=_due_at(row, stop))
        if stop.status is ReplyStatus.APPROVED:
            return
        if stop.status is ReplyStatus.HELD:
            row.approvals = []
            row.approved_at = None
        if stop.gone:
            telling.gone(session, row, now=now)
        telling.log(session, row, log_action(stop.status), now=now)


def record_recall(
    engine: Engine, reply_id: int, reason: str, *, attempts: int, telling: LogContext, now: datetime
) -> bool:
    """Hold what was about to leave and certainly has not: False where somebody else has taken it over."""
    with writing(engine) as session:
        row = locked(session, reply_id)
        if row.status != ReplyStatus.SENDING or row.attempts != attempts:
            return False
        change(row, ReplyStatus.HELD, reason=reason)
        row.approvals = []
        row.approved_at = None
        telling.log(session, row, log_action(ReplyStatus.HELD), now=now)
    return True


def stop_by_error(error: NetworkError, *, attempts: int, now: datetime) -> Stop:
    """What a failure that is certainly no acceptance makes of a reply."""
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
    """The last word of the log's tag; a reply that goes back to be tried again is `returned`."""
    return "returned" if status is ReplyStatus.APPROVED else status.value


def _due_at(row: ReplyRow, stop: Stop) -> datetime | None:
    """When to try again: no later than the approval lasts, so that a person hears of it then."""
    if stop.due_at is None or row.approved_at is None:
        return stop.due_at
    return min(stop.due_at, row.approved_at + APPROVAL_LASTS + _A_MOMENT)


def _stop_by_budget(session: Session, row: ReplyRow, cost: float, telling: LogContext, *, now: datetime) -> Stop | None:
    if row.origin != AUTOMATIC or row.approvals:
        return None
    why = over_budget(telling.desk.month_of(session, row.account_id, now), cost)
    return held(why) if why else None


def _check_unchanged(row: ReplyRow, read: ReplyRow, claimant: str) -> None:
    same = (row.status, row.text, row.revision) == (ReplyStatus.APPROVED, read.text, read.revision)
    if not same or row.claimed_by != claimant:
        raise TakenOverError
