"""Settles by reading what may or may not have been posted. Never by sending."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from networks.errors import NetworkError, RateLimited, Retry, TokenRefused
from records.database import reading, writing
from records.nouns import Actor
from records.tables.replies import ReplyRow
from records.words import Act, ReplyStatus
from replies.acts import TEXT_ACTS
from replies.changes import change, locked
from replies.dispatching import Dispatching
from replies.doubt import CANNOT_TELL, MAYBE_THIS_ONE, PRIVATE_REPLY_USED
from replies.entries import Addressee
from replies.evidence import Evidence, Found
from replies.reading import IN_DOUBT, read_evidence
from replies.sending import REFUSED_AS_COPY, Telling, action_of, mark_sent
from replies.situation import Situation, read_situation
from replies.taking import take_one

BETWEEN_READINGS = timedelta(seconds=60)
MOST_ATTEMPTS = 3
SETTLED_WITHIN = timedelta(seconds=285)
"""Since it left: a little less than five minutes, so that a step that looks every few seconds keeps to them."""
_READ_AGAIN_AFTER = timedelta(seconds=30)
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """How many doubtful replies a run settled, and how."""

    sent: int = 0
    returned: int = 0
    """Surely absent: approved again."""
    held: int = 0
    waiting: int = 0
    """To be read once more."""


def reconcile_due(
    engine: Engine, *, desk: Dispatching, claimant: str, actor: Actor, now: datetime, most: int
) -> Reconciled:
    """Settle at most `most` replies that are `unknown`, or were left `sending` by a process that is gone.

    Found on the network: `sent`. Absent at two readings a minute apart: `approved` again, at most three attempts in
    all, then `held`. Doubtful, or not settled within five minutes of leaving: `held`, whatever the network does. A
    NetworkError never reaches the caller.
    """
    run = _Run(engine=engine, desk=desk, claimant=claimant, actor=actor)
    ends: Counter[str] = Counter()
    for _ in range(most):
        reply_id = take_one(engine, IN_DOUBT, claimant=claimant, due_by=now, now=desk.now_again())
        if reply_id is None:
            break
        ends[run.settle(reply_id)] += 1
    return Reconciled(**ends)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run of reconciliation; remembers which accounts cannot be read now, so that nothing waits for them twice."""

    engine: Engine
    desk: Dispatching
    claimant: str
    actor: Actor
    unreadable: dict[int, NetworkError] = field(default_factory=dict)

    def settle(self, reply_id: int) -> str:
        """Read about one leased reply, and name its end by a field of Reconciled."""
        with reading(self.engine) as session:
            situation = read_situation(session, reply_id)
        addressee = Addressee(subject=situation.subject, handle=situation.handle)
        telling = Telling(desk=self.desk, actor=self.actor, addressee=addressee)
        evidence = self._read(situation)
        now = self.desk.now_again()
        with writing(self.engine) as session:
            row = locked(session, reply_id)
            if row.claimed_by != self.claimant:
                return "waiting"
            if isinstance(evidence, Evidence) and evidence.external_id is not None:
                mark_sent(session, row, evidence.external_id, telling=telling, now=now)
                return ReplyStatus.SENT.value
            before = row.status
            step = next_step(row, evidence, now=now)
            change(row, step.status, reason=step.reason, due_at=step.due_at)
            row.absent_at = step.absent_at
            if step.status is ReplyStatus.HELD:
                row.approvals = []
                row.approved_at = None
            if step.status != before:
                telling.log(session, row, action_of(step.status), now=now)
        return _end(step.status)

    def _read(self, situation: Situation) -> Evidence | NetworkError:
        reply = situation.reply
        network = self.desk.network_of(reply.account_id)
        if network is None:
            return NetworkError("The settings no longer name this account: put it back.")
        if situation.paused_because:
            return TokenRefused(situation.paused_because)
        if reply.account_id in self.unreadable:
            return self.unreadable[reply.account_id]
        secrets = tuple(self.desk.secrets_of(reply).values())
        try:
            return read_evidence(self.engine, network, situation, secrets=secrets, until=self.desk.now_again())
        except NetworkError as error:
            if error.retry is Retry.LATER or isinstance(error, TokenRefused):
                self.unreadable[reply.account_id] = error
            return error


@dataclass(frozen=True, kw_only=True)
class Step:
    """What becomes of a reply that was not found."""

    status: ReplyStatus
    reason: str = ""
    due_at: datetime | None = None
    absent_at: datetime | None = None


def next_step(row: ReplyRow, evidence: Evidence | NetworkError, *, now: datetime) -> Step:
    """What follows a reading that did not find the act, or that failed. Pure."""
    deadline = now if row.sending_at is None else row.sending_at + SETTLED_WITHIN
    if isinstance(evidence, NetworkError):
        until = evidence.until if isinstance(evidence, RateLimited) else now + _READ_AGAIN_AFTER
        return _again(row, until, row.absent_at, deadline=deadline, now=now)
    if evidence.found is Found.OUT_OF_SIGHT:
        return Step(status=ReplyStatus.HELD, reason=CANNOT_TELL, absent_at=row.absent_at)
    if evidence.found is Found.DOUBTFUL:
        reason = MAYBE_THIS_ONE if row.act in TEXT_ACTS else CANNOT_TELL
        return Step(status=ReplyStatus.HELD, reason=reason, absent_at=row.absent_at)
    absent_at = row.absent_at or now
    if now < absent_at + BETWEEN_READINGS:
        return _again(row, absent_at + BETWEEN_READINGS, absent_at, deadline=deadline, now=now)
    return _surely_absent(row, absent_at, now=now)


def _again(row: ReplyRow, until: datetime, absent_at: datetime | None, *, deadline: datetime, now: datetime) -> Step:
    if now >= deadline:
        return Step(status=ReplyStatus.HELD, reason=CANNOT_TELL, absent_at=absent_at)
    due_at = max(now + _A_MOMENT, min(until, deadline))
    return Step(status=ReplyStatus.UNKNOWN, reason=row.reason, due_at=due_at, absent_at=absent_at)


def _surely_absent(row: ReplyRow, absent_at: datetime, *, now: datetime) -> Step:
    if row.reason.startswith(REFUSED_AS_COPY):
        copy = "The network refuses the text as a copy of another one: change it."
        reason = PRIVATE_REPLY_USED if row.act == Act.PRIVATE_REPLY else copy
        return Step(status=ReplyStatus.HELD, reason=reason, absent_at=absent_at)
    if row.attempts >= MOST_ATTEMPTS:
        reason = f"It was not taken at {row.attempts} attempts: look at it."
        return Step(status=ReplyStatus.HELD, reason=reason, absent_at=absent_at)
    return Step(status=ReplyStatus.APPROVED, due_at=now, absent_at=absent_at)


def _end(status: ReplyStatus) -> str:
    if status is ReplyStatus.APPROVED:
        return "returned"
    return "held" if status is ReplyStatus.HELD else "waiting"
