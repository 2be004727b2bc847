"""The delivery ports of the app: what `replies` asks, answered from settings, networks, policies, cases and rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from ledger.entry import Sealer
from listener.health import AccountState, record_health
from networks.protocol import Network
from policies.guard.inspection import GuardFinding
from records.database import writing
from records.enums import Mode
from records.models import Permissions
from records.tables.replies import ReplyRow
from replies.limits import Caps, MonthBudget
from service.deciding.brand_reader import month_of
from service.deciding.reader import permissions_for_reply
from service.delivery import on_delivery
from service.delivery.guard import guard_reply, secrets_of
from service.delivery.holds import ordered_hold
from service.wiring.app import App


@dataclass(frozen=True, kw_only=True)
class AppDeliveryPorts:
    """Implements `replies.ports.DeliveryPorts` for one app."""

    app: App

    @property
    def sealer(self) -> Sealer:
        return self.app.encryption

    @property
    def caps(self) -> Caps:
        limits = self.app.settings.document.limits
        return Caps(
            per_minute=limits.per_minute,
            per_person_hour=limits.per_person_hour,
            per_thread_hour=limits.per_thread_hour,
            per_brand_day=limits.per_brand_day,
        )

    def now(self) -> datetime:
        return self.app.clock.now()

    def network_of(self, account_id: int) -> Network | None:
        return self.app.network_of(account_id)

    def mode_of(self, _account_id: int) -> Mode:
        return self.app.mode

    def max_reply_age_of(self, account_id: int) -> timedelta:
        return timedelta(hours=self.app.brand_of(account_id).max_reply_age_hours)

    def secrets_of(self, reply: ReplyRow) -> Mapping[str, str]:
        return secrets_of(self.app, reply)

    def guard(self, text: str, reply: ReplyRow) -> tuple[GuardFinding, ...]:
        return guard_reply(self.app, text, reply)

    def permissions_of(self, session: Session, reply: ReplyRow, now: datetime) -> Permissions | None:
        return permissions_for_reply(session, self.app, reply, now=now)

    def month_of(self, session: Session, account_id: int, now: datetime) -> MonthBudget | None:
        return month_of(session, self.app, account_id, now=now)

    def ordered_hold(self, session: Session, reply: ReplyRow, now: datetime) -> str:
        return ordered_hold(self.app, session, reply, now=now)

    def on_sent(self, session: Session, reply: ReplyRow) -> None:
        on_delivery.on_sent(session, reply)

    def on_gone(self, session: Session, mention_id: int, now: datetime) -> None:
        on_delivery.on_gone(session, mention_id, now)

    def on_refused(self, account_id: int, reason: str, now: datetime) -> None:
        with writing(self.app.engine) as session:
            record_health(session, account_id=account_id, state=AccountState.REFUSED, reason=reason, now=now)
