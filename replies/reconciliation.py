"""Settles by reading what may or may not have been posted. Never by sending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from networks.errors import NetworkError, RateLimited
from networks.protocol import Network
from records.database import reading, writing
from records.leases import claim
from records.nouns import Act, Actor, ReplyStatus
from records.tables.listener import OwnPostRow
from records.tables.replies import ReplyRow
from replies.changes import OUTSTANDING, change, locked
from replies.dispatching import Dispatching
from replies.entries import Addressee
from replies.evidence import Evidence, Found, Trace, read_traces, weigh
from replies.fingerprint import fingerprint
from replies.sending import REFUSED_AS_COPY, Telling, action_of, mark_sent
from replies.situation import Situation, read_situation

BETWEEN_READINGS = timedelta(seconds=60)
MOST_ATTEMPTS = 3
_IN_DOUBT = (ReplyStatus.SENDING, ReplyStatus.UNKNOWN)
_READ_AGAIN_AFTER = timedelta(minutes=2)
_READ_NO_LONGER_AFTER = timedelta(hours=24)
_NOT_SEEN_ONCE = "Not found at the first reading."


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
    all, then `held`. Doubtful: `held`. A NetworkError never reaches the caller.
    """
    ends: Counter[str] = Counter()
    for _ in range(most):
        reply_id = _take_one(engine, claimant=claimant, due_by=now, now=desk.now_again())
        if reply_id is None:
            break
        ends[_settle(engine, reply_id, desk=desk, claimant=claimant, actor=actor)] += 1
    return Reconciled(**ends)


def _take_one(engine: Engine, *, claimant: str, due_by: datetime, now: datetime) -> int | None:
    with writing(engine) as session:
        ids = claim(
            session,
            ReplyRow,
            due=col(ReplyRow.due_at),
            where=[
                OUTSTANDING,
                col(ReplyRow.status).in_([status.value for status in _IN_DOUBT]),
                col(ReplyRow.due_at) <= due_by,
            ],
            claimant=claimant,
            now=max(now, due_by),
            most=1,
        )
    return ids[0] if ids else None


def _settle(engine: Engine, reply_id: int, *, desk: Dispatching, claimant: str, actor: Actor) -> str:
    with reading(engine) as session:
        situation = read_situation(session, reply_id)
    telling = Telling(desk=desk, actor=actor, addressee=Addressee(subject=situation.subject, handle=situation.handle))
    evidence = _read(engine, situation, desk)
    now = desk.now_again()
    with writing(engine) as session:
        row = locked(session, reply_id)
        if row.claimed_by != claimant:
            return "waiting"
        if isinstance(evidence, Evidence) and evidence.external_id is not None:
            mark_sent(session, row, evidence.external_id, telling=telling, now=now)
            return ReplyStatus.SENT.value
        before = row.status
        step = _next(row, evidence, now=now)
        change(row, step.status, reason=step.reason, due_at=step.due_at)
        if step.status is ReplyStatus.HELD:
            row.approvals = []
            row.approved_at = None
        if step.status != before:
            telling.log(session, row, action_of(step.status), now=now)
    return _end(step.status)


@dataclass(frozen=True, kw_only=True)
class _Step:
    status: ReplyStatus
    reason: str = ""
    due_at: datetime | None = None


def _next(row: ReplyRow, evidence: Evidence | NetworkError, *, now: datetime) -> _Step:
    """What becomes of a reply that was not found."""
    if isinstance(evidence, NetworkError):
        return _after_failed_reading(row, evidence, now=now)
    if evidence.found is Found.DOUBTFUL:
        return _Step(
            status=ReplyStatus.HELD,
            reason="An answer of this account stands there that may be this one: compare them before sending.",
        )
    if not row.reason.endswith(_NOT_SEEN_ONCE):
        return _Step(
            status=ReplyStatus.UNKNOWN, reason=f"{row.reason} {_NOT_SEEN_ONCE}".strip(), due_at=now + BETWEEN_READINGS
        )
    if row.reason.startswith(REFUSED_AS_COPY):
        return _Step(
            status=ReplyStatus.HELD, reason="The network refuses the text as a copy of another one: change it."
        )
    if row.attempts >= MOST_ATTEMPTS:
        return _Step(status=ReplyStatus.HELD, reason=f"It was not taken at {row.attempts} attempts: look at it.")
    return _Step(status=ReplyStatus.APPROVED, due_at=now)


def _after_failed_reading(row: ReplyRow, error: NetworkError, *, now: datetime) -> _Step:
    if row.sending_at is None or now - row.sending_at > _READ_NO_LONGER_AFTER:
        return _Step(status=ReplyStatus.HELD, reason="The network could not be read for a day: look there yourself.")
    until = error.until if isinstance(error, RateLimited) else now + _READ_AGAIN_AFTER
    return _Step(status=ReplyStatus.UNKNOWN, reason=row.reason, due_at=max(until, now + timedelta(seconds=1)))


def _read(engine: Engine, situation: Situation, desk: Dispatching) -> Evidence | NetworkError:
    reply = situation.reply
    network = desk.network_of(reply.account_id)
    if network is None:
        return NetworkError("The settings no longer name this account: put it back.")
    try:
        if reply.act == Act.HIDE:
            return _whether_hidden(network, reply)
        traces = read_traces(network, reply, until=desk.now_again())
    except NetworkError as error:
        return error
    secrets = tuple(desk.secrets_of(reply).values())
    with reading(engine) as session:
        known = _of_other_acts(session, reply, traces) | _of_others_in_doubt(session, reply, traces, secrets)
    return weigh(reply, traces, known=known, secrets=secrets)


def _whether_hidden(network: Network, reply: ReplyRow) -> Evidence:
    hidden = network.look_up(reply.target_external_id).hidden
    if hidden:
        return Evidence(found=Found.THERE, external_id=reply.target_external_id)
    return Evidence(found=Found.ABSENT)


def _of_other_acts(session: Session, reply: ReplyRow, traces: Sequence[Trace]) -> set[str]:
    ids = [trace.external_id for trace in traces]
    sent = select(col(ReplyRow.external_id)).where(col(ReplyRow.external_id).in_(ids), col(ReplyRow.id) != reply.id)
    before = select(col(OwnPostRow.external_id)).where(
        col(OwnPostRow.external_id).in_(ids), col(OwnPostRow.heard_at) < (reply.sending_at or reply.created_at)
    )
    return {id_ for query in (sent, before) for id_ in session.execute(query).scalars() if id_ is not None}


def _of_others_in_doubt(
    session: Session, reply: ReplyRow, traces: Sequence[Trace], secrets: Collection[str]
) -> set[str]:
    """Traces that are the very text of another unsettled act in the same place: alike is not enough to take them."""
    query = select(col(ReplyRow.fingerprint)).where(
        col(ReplyRow.account_id) == reply.account_id,
        col(ReplyRow.target_external_id) == reply.target_external_id,
        col(ReplyRow.status).in_([status.value for status in _IN_DOUBT]),
        col(ReplyRow.id) != reply.id,
    )
    others = set(session.execute(query).scalars()) - {reply.fingerprint}
    return {trace.external_id for trace in traces if fingerprint(trace.text, secrets=secrets) in others}


def _end(status: ReplyStatus) -> str:
    if status is ReplyStatus.APPROVED:
        return "returned"
    return "held" if status is ReplyStatus.HELD else "waiting"
