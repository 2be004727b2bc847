"""Sends approved replies that are due, each at most once.

One reply goes this way, and may be killed at any instruction of it:

1. `lifecycle.claim_one` leases the row: one process at a time.
2. `preflight` looks for what forbids to send. A kill until here sends nothing: the lease runs out, and it is due again.
3. `commit_intent` commits the row as `sending`, unless it was changed or taken over since it was read. From here on
   nothing sends it again but a reading that did not find it (`reconcile`), or a person.
4. `perform_act` asks the network, once; not where more than three minutes passed since the intent.
5. `outcome` commits what came of it: `sent` with the network's id; refused for certain, to be tried again or not; or
   `unknown`, which is settled by reading alone.

Why it is done so, and what it costs: docs/adr/0007-never-twice.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from networks.errors import NetworkError, RateLimited, TokenRefused, Unreachable
from networks.protocol import Network
from records.database import reading, writing
from records.enums import Act, ReplyStatus
from records.models import Actor
from records.tables.replies import ReplyRow
from replies.fingerprint import fingerprint
from replies.lifecycle import Stop, change, claim_one, held, locked, postponed
from replies.limits import check_caps, is_automatic, over_budget
from replies.log_entries import LogSubject
from replies.outcome import (
    Recorder,
    TakenOverError,
    check_unchanged,
    record_failure,
    record_recall,
    record_sent,
    record_stop,
    stop_by_error,
)
from replies.ports import DeliveryPorts
from replies.preflight import (
    check_on_network,
    fill_placeholders,
    stop_by_cap,
    stop_by_guard,
    stop_by_own_records,
    stop_by_permission,
)
from replies.send_context import SendContext, read_send_context

_INTENT_STANDS = timedelta(minutes=3)
_INTENT_LEASE = timedelta(minutes=5)
"""Longer than `_INTENT_STANDS` and the longest request together: no act under way is taken up by reconciliation."""
_POSTPONED = "postponed"
_LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class DispatchCounts:
    """How many replies ended a run in which way."""

    sent: int = 0
    unknown: int = 0
    postponed: int = 0
    held: int = 0
    withheld: int = 0
    failed: int = 0
    lost: int = 0
    """Taken over or changed by somebody else meanwhile; left as they are."""

    @property
    def looked_at(self) -> int:
        return self.sent + self.unknown + self.postponed + self.held + self.withheld + self.failed + self.lost


def dispatch_due(
    engine: Engine, *, ports: DeliveryPorts, claimant: str, actor: Actor, now: datetime, most: int
) -> DispatchCounts:
    """Work through at most `most` approved replies that are due at `now`. A NetworkError never reaches the caller."""
    run = _Run(engine=engine, ports=ports, claimant=claimant, actor=actor)
    ends: Counter[str] = Counter()
    for _ in range(most):
        reply_id = claim_one(engine, (ReplyStatus.APPROVED,), claimant=claimant, due_by=now, now=ports.now())
        if reply_id is None:
            break
        ends[run.deliver(reply_id)] += 1
    return DispatchCounts(**ends)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run of dispatch; remembers which kind of act of which account the network asked to wait with."""

    engine: Engine
    ports: DeliveryPorts
    claimant: str
    actor: Actor
    resting: dict[tuple[int, str], RateLimited] = field(default_factory=dict)

    def deliver(self, reply_id: int) -> str:
        """Take one leased reply as far as it goes, and name its end by a field of DispatchCounts."""
        with reading(self.engine) as session:
            context = read_send_context(session, reply_id)
        recorder = Recorder(
            ports=self.ports,
            actor=self.actor,
            subject=LogSubject(subject=context.subject, handle=context.handle),
        )
        try:
            return self._deliver(context, recorder)
        except TakenOverError:
            return _LOST

    def _deliver(self, context: SendContext, recorder: Recorder) -> str:
        network = self.ports.network_of(context.reply.account_id)
        if network is None:
            return self._stop(context, held("The settings no longer name this account: put it back."), recorder)
        text, stop = self._preflight(context, network)
        sending_at = self.ports.now()
        if stop is None:
            stop = commit_intent(self.engine, context, claimant=self.claimant, recorder=recorder, now=sending_at)
        if stop is not None:
            return self._stop(context, stop, recorder)
        return self._post(network, context.reply, text, recorder, sending_at=sending_at)

    def _preflight(self, context: SendContext, network: Network) -> tuple[str, Stop | None]:
        """The exact text, and what forbids to send it."""
        reply, now = context.reply, self.ports.now()
        stop = stop_by_own_records(
            context,
            mode=self.ports.mode_of(reply.account_id),
            max_reply_age=self.ports.max_reply_age_of(reply.account_id),
            now=now,
        )
        stop = stop or self._stop_unasked(reply, now=now)
        secrets = {} if stop else self.ports.secrets_of(reply)
        stop = stop or self._check_on_network(context, network, secrets=tuple(secrets.values()), now=now)
        if stop is not None:
            return "", stop
        text = fill_placeholders(reply.text, secrets)
        return text, stop_by_guard(text, reply, self.ports)

    def _stop_unasked(self, reply: ReplyRow, *, now: datetime) -> Stop | None:
        """What the network's wish for rest, the brand, the network's rules or a cap forbid without asking it."""
        asked_to_rest = self.resting.get((reply.account_id, reply.act))
        if asked_to_rest is not None and asked_to_rest.until > now:
            return postponed(str(asked_to_rest), asked_to_rest.until)
        with reading(self.engine) as session:
            ordered = self.ports.ordered_hold(session, reply, now)
            if ordered:
                return held(ordered)
            stop = stop_by_permission(reply, self.ports.permissions_of(session, reply, now))
            wait = check_caps(session, reply, self.ports.caps, now=now) if stop is None else None
        return stop_by_cap(wait, reply) if wait else stop

    def _check_on_network(
        self, context: SendContext, network: Network, *, secrets: tuple[str, ...], now: datetime
    ) -> Stop | None:
        try:
            return check_on_network(self.engine, network, context, secrets=secrets, now=now)
        except NetworkError as error:
            self._take_note(context.reply, error)
            stop = stop_by_error(error, attempts=context.reply.attempts, now=self.ports.now())
            # Reading was refused; the act itself was not tried.
            return held(stop.reason) if stop.status is ReplyStatus.FAILED else stop

    def _post(self, network: Network, reply: ReplyRow, text: str, recorder: Recorder, *, sending_at: datetime) -> str:
        reply_id, attempts = reply.id or 0, reply.attempts + 1
        ordered = self._ordered_meanwhile(reply)
        if ordered:
            now = self.ports.now()
            recalled = record_recall(self.engine, reply_id, ordered, attempts=attempts, recorder=recorder, now=now)
            return ReplyStatus.HELD.value if recalled else _LOST
        try:
            if self.ports.now() - sending_at > _INTENT_STANDS:
                raise Unreachable("Too long passed before the request could leave; it was not sent.")
            external_id = perform_act(network, reply, text)
        except NetworkError as error:
            self._take_note(reply, error)
            status = record_failure(
                self.engine, reply_id, error, attempts=attempts, recorder=recorder, now=self.ports.now()
            )
            return _end(status)
        record_sent(self.engine, reply_id, external_id, recorder=recorder, now=self.ports.now())
        return ReplyStatus.SENT.value

    def _ordered_meanwhile(self, reply: ReplyRow) -> str:
        """Why the brand wants it held after its intent was committed, for example since a crisis was declared."""
        with reading(self.engine) as session:
            return self.ports.ordered_hold(session, reply, self.ports.now())

    def _stop(self, context: SendContext, stop: Stop, recorder: Recorder) -> str:
        record_stop(self.engine, context.reply, stop, claimant=self.claimant, recorder=recorder, now=self.ports.now())
        return _end(stop.status)

    def _take_note(self, reply: ReplyRow, error: NetworkError) -> None:
        if isinstance(error, RateLimited):
            self.resting[reply.account_id, reply.act] = error
        if isinstance(error, TokenRefused):
            self.ports.on_refused(reply.account_id, str(error), self.ports.now())


def commit_intent(
    engine: Engine, context: SendContext, *, claimant: str, recorder: Recorder, now: datetime
) -> Stop | None:
    """Commit the row as `sending`, with its attempt, its fingerprint and its price.

    Returns a Stop where the brand ordered a hold, a cap was reached, or the month's budget spent, in the meantime.
    Raises TakenOverError.
    """
    ports = recorder.ports
    with writing(engine) as session:
        row = locked(session, context.reply.id or 0)
        check_unchanged(row, context.reply, claimant)
        ordered = ports.ordered_hold(session, row, now)
        if ordered:
            return held(ordered)
        wait = check_caps(session, row, ports.caps, now=now)
        if wait is not None:
            return stop_by_cap(wait, row)
        cost = recorder.price_of(session, row, now=now)
        spent = over_budget(ports.month_of(session, row.account_id, now), cost) if is_automatic(row) else ""
        if spent:
            return held(spent)
        change(row, ReplyStatus.SENDING, due_at=now)
        row.cost = cost
        row.absent_at = None
        row.claimed_by, row.claimed_until = claimant, now + _INTENT_LEASE
        row.sending_at = now
        row.attempts += 1
        row.fingerprint = fingerprint(row.text)
        recorder.log(session, row, "sending", now=now)
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


def _end(status: ReplyStatus | None) -> str:
    if status is None:
        return _LOST
    return _POSTPONED if status is ReplyStatus.APPROVED else status.value
