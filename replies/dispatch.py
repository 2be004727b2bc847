"""Sends approved replies that are due, one at a time: claim, check, commit the intent, post, commit the outcome."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from networks.errors import NetworkError, RateLimited, TokenRefused, Unreachable
from networks.protocol import Network
from records.database import reading
from records.enums import ReplyStatus
from records.models import Actor
from records.tables.replies import ReplyRow
from replies.lifecycle import claim_one
from replies.limits import check_caps
from replies.log_entries import LogSubject
from replies.outcome import (
    LogContext,
    TakenOverError,
    commit_intent,
    intent_expired,
    perform_act,
    record_failure,
    record_recall,
    record_sent,
    record_stop,
    stop_by_error,
)
from replies.ports import DeliveryPorts, DispatchCounts, Stop, held, postponed
from replies.preflight import check_on_network, fill_placeholders, stop_by_guard, stop_by_permission
from replies.send_context import SendContext, read_send_context, stop_by_cap, stop_by_own_records

_POSTPONED = "postponed"
_LOST = "lost"


def dispatch_due(
    engine: Engine, *, desk: DeliveryPorts, claimant: str, actor: Actor, now: datetime, most: int
) -> DispatchCounts:
    """Work through at most `most` approved replies that are due at `now`.

    May be killed at any instruction: what was committed as `sending` is settled by reconciliation, never sent again
    blindly. A NetworkError never reaches the caller.
    """
    run = _Run(engine=engine, desk=desk, claimant=claimant, actor=actor)
    ends: Counter[str] = Counter()
    for _ in range(most):
        reply_id = claim_one(engine, (ReplyStatus.APPROVED,), claimant=claimant, due_by=now, now=desk.now_again())
        if reply_id is None:
            break
        ends[run.deliver(reply_id)] += 1
    return DispatchCounts(**ends)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run of dispatch; remembers which doors of which account asked us to wait."""

    engine: Engine
    desk: DeliveryPorts
    claimant: str
    actor: Actor
    resting: dict[tuple[int, str], RateLimited] = field(default_factory=dict)

    def deliver(self, reply_id: int) -> str:
        """Take one leased reply as far as it goes, and name its end by a field of Dispatched."""
        with reading(self.engine) as session:
            situation = read_send_context(session, reply_id)
        telling = LogContext(
            desk=self.desk,
            actor=self.actor,
            addressee=LogSubject(subject=situation.subject, handle=situation.handle),
        )
        try:
            return self._deliver(situation, telling)
        except TakenOverError:
            return _LOST

    def _deliver(self, situation: SendContext, telling: LogContext) -> str:
        network = self.desk.network_of(situation.reply.account_id)
        if network is None:
            return self._stop(situation, held("The settings no longer name this account: put it back."), telling)
        text, stop = self._prepare(situation, network)
        sending_at = self.desk.now_again()
        if stop is None:
            stop = commit_intent(self.engine, situation, claimant=self.claimant, telling=telling, now=sending_at)
        if stop is not None:
            return self._stop(situation, stop, telling)
        return self._post(network, situation.reply, text, telling, sending_at=sending_at)

    def _prepare(self, situation: SendContext, network: Network) -> tuple[str, Stop | None]:
        """The exact text, and what forbids to send it."""
        reply, now = situation.reply, self.desk.now_again()
        stop = stop_by_own_records(
            situation,
            mode=self.desk.mode_of(reply.account_id),
            max_reply_age=self.desk.max_reply_age_of(reply.account_id),
            now=now,
        )
        stop = stop or self._stop_unasked(reply, now=now)
        secrets = {} if stop else self.desk.secrets_of(reply)
        stop = stop or self._look(situation, network, secrets=tuple(secrets.values()), now=now)
        if stop is not None:
            return "", stop
        text = fill_placeholders(reply.text, secrets)
        return text, stop_by_guard(text, reply, self.desk)

    def _stop_unasked(self, reply: ReplyRow, *, now: datetime) -> Stop | None:
        """What the network's rules, its wish for rest, or a cap forbid without asking it."""
        asked_to_rest = self.resting.get((reply.account_id, reply.act))
        if asked_to_rest is not None and asked_to_rest.until > now:
            return postponed(str(asked_to_rest), asked_to_rest.until)
        with reading(self.engine) as session:
            ordered = self.desk.ordered_hold(session, reply, now)
            if ordered:
                return held(ordered)
            stop = stop_by_permission(reply, self.desk.permissions_of(session, reply, now))
            wait = check_caps(session, reply, self.desk.caps, now=now) if stop is None else None
        return stop_by_cap(wait, reply) if wait else stop

    def _look(
        self, situation: SendContext, network: Network, *, secrets: tuple[str, ...], now: datetime
    ) -> Stop | None:
        try:
            return check_on_network(self.engine, network, situation, secrets=secrets, now=now)
        except NetworkError as error:
            self._take_note(situation.reply, error)
            stop = stop_by_error(error, attempts=situation.reply.attempts, now=self.desk.now_again())
            # Only looking was refused; the act itself was not tried.
            return held(stop.reason) if stop.status is ReplyStatus.FAILED else stop

    def _post(self, network: Network, reply: ReplyRow, text: str, telling: LogContext, *, sending_at: datetime) -> str:
        reply_id, attempts = reply.id or 0, reply.attempts + 1
        ordered = self._ordered_meanwhile(reply)
        if ordered:
            now = self.desk.now_again()
            held_now = record_recall(self.engine, reply_id, ordered, attempts=attempts, telling=telling, now=now)
            return ReplyStatus.HELD.value if held_now else _LOST
        try:
            if intent_expired(sending_at, now=self.desk.now_again()):
                raise Unreachable("Too long passed before the request could leave; it was not sent.")
            external_id = perform_act(network, reply, text)
        except NetworkError as error:
            self._take_note(reply, error)
            status = record_failure(
                self.engine, reply_id, error, attempts=attempts, telling=telling, now=self.desk.now_again()
            )
            return _end(status)
        record_sent(self.engine, reply_id, external_id, telling=telling, now=self.desk.now_again())
        return ReplyStatus.SENT.value

    def _ordered_meanwhile(self, reply: ReplyRow) -> str:
        """Why the brand wants it held, although its intent is committed: a crisis may just have been declared."""
        with reading(self.engine) as session:
            return self.desk.ordered_hold(session, reply, self.desk.now_again())

    def _stop(self, situation: SendContext, stop: Stop, telling: LogContext) -> str:
        now = self.desk.now_again()
        record_stop(self.engine, situation, stop, claimant=self.claimant, telling=telling, now=now)
        return _end(stop.status)

    def _take_note(self, reply: ReplyRow, error: NetworkError) -> None:
        if isinstance(error, RateLimited):
            self.resting[reply.account_id, reply.act] = error
        if isinstance(error, TokenRefused):
            self.desk.on_refused(reply.account_id, str(error), self.desk.now_again())


def _end(status: ReplyStatus | None) -> str:
    if status is None:
        return _LOST
    return _POSTPONED if status is ReplyStatus.APPROVED else status.value
