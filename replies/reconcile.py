"""Settles acts whose delivery is unknown by reading the network. It never sends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from networks.errors import NetworkError, RateLimited, Retry, TokenRefused
from records.database import reading, writing
from records.enums import Act, ReplyStatus
from records.models import Actor
from records.tables.replies import ReplyRow
from replies.draft import TEXT_ACTS
from replies.evidence import UNSETTLED, Evidence, Presence, read_evidence
from replies.lifecycle import CANNOT_TELL, MAYBE_THIS_ONE, PRIVATE_REPLY_USED, change, claim_one, locked
from replies.log_entries import LogSubject
from replies.outcome import REFUSED_AS_COPY, Recorder, log_action, mark_sent
from replies.ports import DeliveryPorts
from replies.send_context import SendContext, read_send_context

BETWEEN_READINGS = timedelta(seconds=60)
MOST_ATTEMPTS = 3
SETTLED_WITHIN = timedelta(seconds=285)
"""Since it was sent. Under five minutes, so that a step that runs every few seconds keeps within five."""
_READ_AGAIN_AFTER = timedelta(seconds=30)
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class ReconcileCounts:
    """How many replies of unknown delivery a run settled, and how."""

    sent: int = 0
    returned: int = 0
    """Absent at two readings: approved again."""
    held: int = 0
    waiting: int = 0
    """To be read once more."""


def reconcile_due(
    engine: Engine, *, ports: DeliveryPorts, claimant: str, actor: Actor, now: datetime, most: int
) -> ReconcileCounts:
    """Settle at most `most` replies that are `unknown`, or were left `sending` by a process that is gone.

    Found on the network: `sent`. Absent at two readings a minute apart: `approved` again, at most three attempts in
    all, then `held`. Doubtful, or not settled within five minutes of being sent: `held`. A NetworkError never
    reaches the caller.
    """
    run = _Run(engine=engine, ports=ports, claimant=claimant, actor=actor)
    ends: Counter[str] = Counter()
    for _ in range(most):
        reply_id = claim_one(engine, UNSETTLED, claimant=claimant, due_by=now, now=ports.now())
        if reply_id is None:
            break
        ends[run.settle(reply_id)] += 1
    return ReconcileCounts(**ends)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run of reconciliation; remembers which accounts cannot be read now, and asks them no more."""

    engine: Engine
    ports: DeliveryPorts
    claimant: str
    actor: Actor
    unreadable: dict[int, NetworkError] = field(default_factory=dict)

    def settle(self, reply_id: int) -> str:
        """Read about one leased reply, and name its end by a field of ReconcileCounts."""
        with reading(self.engine) as session:
            context = read_send_context(session, reply_id)
        subject = LogSubject(subject=context.subject, handle=context.handle)
        recorder = Recorder(ports=self.ports, actor=self.actor, subject=subject)
        evidence = self._read(context)
        now = self.ports.now()
        with writing(self.engine) as session:
            row = locked(session, reply_id)
            if row.claimed_by != self.claimant:
                return "waiting"
            if isinstance(evidence, Evidence) and evidence.external_id is not None:
                mark_sent(session, row, evidence.external_id, recorder=recorder, now=now)
                return ReplyStatus.SENT.value
            before = row.status
            step = next_step(row, evidence, now=now)
            change(row, step.status, reason=step.reason, due_at=step.due_at)
            row.absent_at = step.absent_at
            if step.status != before:
                recorder.log(session, row, log_action(step.status), now=now)
        return _end(step.status)

    def _read(self, context: SendContext) -> Evidence | NetworkError:
        reply = context.reply
        network = self.ports.network_of(reply.account_id)
        if network is None:
            return NetworkError("The settings no longer name this account: put it back.")
        if context.pause_reason:
            return TokenRefused(context.pause_reason)
        if reply.account_id in self.unreadable:
            return self.unreadable[reply.account_id]
        secrets = tuple(self.ports.secrets_of(reply).values())
        try:
            return read_evidence(self.engine, network, context, secrets=secrets, until=self.ports.now())
        except NetworkError as error:
            if error.retry is Retry.LATER or isinstance(error, TokenRefused):
                self.unreadable[reply.account_id] = error
            return error


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What becomes of a reply that was not found."""

    status: ReplyStatus
    reason: str = ""
    due_at: datetime | None = None
    absent_at: datetime | None = None


def next_step(row: ReplyRow, evidence: Evidence | NetworkError, *, now: datetime) -> NextStep:
    """What follows a reading that did not find the act, or that failed. Pure."""
    deadline = now if row.sending_at is None else row.sending_at + SETTLED_WITHIN
    if isinstance(evidence, NetworkError):
        until = evidence.until if isinstance(evidence, RateLimited) else now + _READ_AGAIN_AFTER
        return _again(row, until, row.absent_at, deadline=deadline, now=now)
    if evidence.presence is Presence.OUT_OF_SIGHT:
        return NextStep(status=ReplyStatus.HELD, reason=CANNOT_TELL, absent_at=row.absent_at)
    if evidence.presence is Presence.DOUBTFUL:
        reason = MAYBE_THIS_ONE if row.act in TEXT_ACTS else CANNOT_TELL
        return NextStep(status=ReplyStatus.HELD, reason=reason, absent_at=row.absent_at)
    absent_at = row.absent_at or now
    if now < absent_at + BETWEEN_READINGS:
        return _again(row, absent_at + BETWEEN_READINGS, absent_at, deadline=deadline, now=now)
    return _absent_twice(row, absent_at, now=now)


def _again(
    row: ReplyRow, until: datetime, absent_at: datetime | None, *, deadline: datetime, now: datetime
) -> NextStep:
    if now >= deadline:
        return NextStep(status=ReplyStatus.HELD, reason=CANNOT_TELL, absent_at=absent_at)
    due_at = max(now + _A_MOMENT, min(until, deadline))
    return NextStep(status=ReplyStatus.UNKNOWN, reason=row.reason, due_at=due_at, absent_at=absent_at)


def _absent_twice(row: ReplyRow, absent_at: datetime, *, now: datetime) -> NextStep:
    if row.reason.startswith(REFUSED_AS_COPY):
        copy = "The network refuses the text as a copy of another one: change it."
        reason = PRIVATE_REPLY_USED if row.act == Act.PRIVATE_REPLY else copy
        return NextStep(status=ReplyStatus.HELD, reason=reason, absent_at=absent_at)
    if row.attempts >= MOST_ATTEMPTS:
        reason = f"It was not taken at {row.attempts} attempts: look at it."
        return NextStep(status=ReplyStatus.HELD, reason=reason, absent_at=absent_at)
    return NextStep(status=ReplyStatus.APPROVED, due_at=now, absent_at=absent_at)


def _end(status: ReplyStatus) -> str:
    if status is ReplyStatus.APPROVED:
        return "returned"
    return "held" if status is ReplyStatus.HELD else "waiting"
