"""What sending and reconciliation need from the service, and why a reply does not leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from ledger.entry import Sealer
from networks.protocol import Network
from policies.guard.inspection import GuardFinding
from records.enums import Mode, ReplyStatus
from records.models import Permissions
from records.tables.replies import ReplyRow
from replies.limits import Caps, MonthBudget

DEFAULT_MAX_REPLY_AGE = timedelta(hours=12)


def _nothing_more(_session: Session, _reply: ReplyRow) -> None:
    """For callers whose cases need not be told."""


def _nothing_to_forget(_session: Session, _mention_id: int, _now: datetime) -> None:
    """For callers who keep no mentions."""


def _not_known(_session: Session, _reply: ReplyRow, _now: datetime) -> None:
    """For callers who leave it to the network what it permits."""


def _no_budget(_session: Session, _account_id: int, _now: datetime) -> None:
    """For callers who set no cap."""


def _nothing_ordered(_session: Session, _reply: ReplyRow, _now: datetime) -> str:
    """For callers whose brands order nothing."""
    return ""


def _nothing_to_note(_account_id: int, _reason: str, _now: datetime) -> None:
    """For callers who keep no health."""


def _default_age(_account_id: int) -> timedelta:
    return DEFAULT_MAX_REPLY_AGE


@dataclass(frozen=True, kw_only=True)
class DeliveryPorts:
    """All that sending needs and that only the service knows."""

    network_of: Callable[[int], Network | None]
    """By account; None where the settings no longer name the account."""
    secrets_of: Callable[[ReplyRow], Mapping[str, str]] = field(repr=False)
    """Values of the placeholders, such as `room_link`; they never leave memory but through the network."""
    guard: Callable[[str, ReplyRow], tuple[GuardFinding, ...]]
    """What is wrong with the exact text to be posted; nothing where it may leave."""
    sealer: Sealer = field(repr=False)
    caps: Caps
    mode_of: Callable[[int], Mode]
    """By account."""
    now_again: Callable[[], datetime]
    """The time after a call that took some."""
    on_sent: Callable[[Session, ReplyRow], None] = _nothing_more
    """Runs in the transaction that records any sent act: cases' clocks, the room's invitation."""
    on_gone: Callable[[Session, int, datetime], None] = _nothing_to_forget
    """Runs, with the mention's id and the time, in the transaction that records that its post is gone. It may be told
    again of the same mention."""
    max_reply_age_of: Callable[[int], timedelta] = _default_age
    """By account: older mentions are not answered automatically."""
    permissions_of: Callable[[Session, ReplyRow, datetime], Permissions | None] = _not_known
    """What the network permits about the mention of a reply, the reply itself left out of account; None where that is
    not known."""
    month_of: Callable[[Session, int, datetime], MonthBudget | None] = _no_budget
    """By account: what this month has cost; None where it has no cap."""
    ordered_hold: Callable[[Session, ReplyRow, datetime], str] = _nothing_ordered
    """Why the brand wants a reply held now, in one sentence: a crisis, a wait in private that is longer than promised;
    empty where it may leave. Asked again in the transaction that commits the intent, and once more right before the
    request leaves."""
    on_refused: Callable[[int, str, datetime], None] = _nothing_to_note
    """Told, outside any transaction, that the network refused the credentials of an account, and in which words."""


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
    """Taken over or changed by somebody else while we looked; left as they are."""

    @property
    def looked_at(self) -> int:
        return self.sent + self.unknown + self.postponed + self.held + self.withheld + self.failed + self.lost


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why a reply does not leave now, and what becomes of it."""

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
    """It will not be sent, since what it speaks to is no longer there."""
    return Stop(status=ReplyStatus.WITHHELD, reason=reason, gone=True)


def found(external_id: str) -> Stop:
    """An earlier attempt of it stands on the network."""
    return Stop(status=ReplyStatus.SENT, reason="", external_id=external_id)


def postponed(reason: str, until: datetime) -> Stop:
    """It stays approved and is due again at `until`."""
    return Stop(status=ReplyStatus.APPROVED, reason=reason, due_at=until)
