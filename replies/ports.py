"""What sending and reconciliation ask of the service: networks, secrets, the guard, holds, budgets, callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from ledger.entry import Sealer
from networks.protocol import Network
from policies.guard.inspection import GuardFinding
from records.enums import Mode
from records.models import Permissions
from records.tables.replies import ReplyRow
from replies.limits import Caps, MonthBudget

DEFAULT_MAX_REPLY_AGE = timedelta(hours=12)


class DeliveryPorts(Protocol):
    """Implemented by `service.delivery.ports`; by `NullDeliveryPorts` where nothing is connected."""

    @property
    def sealer(self) -> Sealer:
        """Seals the personal fields of log entries."""

    @property
    def caps(self) -> Caps:
        """Most automatic acts in any minute, hour or day."""

    def now(self) -> datetime:
        """The time now, asked again after each call that took time."""

    def network_of(self, account_id: int, /) -> Network | None:
        """None where the settings no longer name the account."""

    def mode_of(self, account_id: int, /) -> Mode:
        """In shadow mode nothing is sent."""

    def max_reply_age_of(self, account_id: int, /) -> timedelta:
        """Older mentions are not answered automatically."""

    def secrets_of(self, reply: ReplyRow, /) -> Mapping[str, str]:
        """Values of the placeholders, such as `room_link`; they are never stored, and go to the network alone."""

    def guard(self, text: str, reply: ReplyRow, /) -> tuple[GuardFinding, ...]:
        """What is wrong with the exact text to be posted; empty where it may be sent."""

    def permissions_of(self, session: Session, reply: ReplyRow, now: datetime, /) -> Permissions | None:
        """What the network permits about the reply's mention, the reply itself left out; None where nobody knows."""

    def month_of(self, session: Session, account_id: int, now: datetime, /) -> MonthBudget | None:
        """What the account has cost this month; None where it has no cap."""

    def ordered_hold(self, session: Session, reply: ReplyRow, now: datetime, /) -> str:
        """Why the brand wants the reply held now, in one sentence (a crisis, a long private queue); empty for no.

        Asked before the network is, in the transaction that commits the intent, and once more before the request.
        """

    def on_sent(self, session: Session, reply: ReplyRow, /) -> None:
        """Runs in the transaction that records a sent act: clocks of cases, invitations into rooms."""

    def on_gone(self, session: Session, mention_id: int, now: datetime, /) -> None:
        """Runs in the transaction that records that the post of a mention is gone; may be called twice for one."""

    def on_refused(self, account_id: int, reason: str, now: datetime, /) -> None:
        """The network refused the credentials of the account, for `reason`. Called outside any transaction."""


@dataclass(kw_only=True)
class NullDeliveryPorts:
    """Nothing is connected: no network, no secrets, no cases; the mode is shadow, and the guard refuses every
    text.
    """

    sealer: Sealer = field(repr=False)
    clock: Callable[[], datetime]
    caps: Caps = field(default_factory=Caps)

    def now(self) -> datetime:
        return self.clock()

    def network_of(self, _account_id: int) -> Network | None:
        return None

    def mode_of(self, _account_id: int) -> Mode:
        return Mode.SHADOW

    def max_reply_age_of(self, _account_id: int) -> timedelta:
        return DEFAULT_MAX_REPLY_AGE

    def secrets_of(self, _reply: ReplyRow) -> Mapping[str, str]:
        return {}

    def guard(self, _text: str, _reply: ReplyRow) -> tuple[GuardFinding, ...]:
        return (GuardFinding(kind="guard-error", message="No guard is connected."),)

    def permissions_of(self, _session: Session, _reply: ReplyRow, _now: datetime) -> Permissions | None:
        return None

    def month_of(self, _session: Session, _account_id: int, _now: datetime) -> MonthBudget | None:
        return None

    def ordered_hold(self, _session: Session, _reply: ReplyRow, _now: datetime) -> str:
        return ""

    def on_sent(self, session: Session, reply: ReplyRow) -> None:
        """Does nothing."""

    def on_gone(self, session: Session, mention_id: int, now: datetime) -> None:
        """Does nothing."""

    def on_refused(self, account_id: int, reason: str, now: datetime) -> None:
        """Does nothing."""
