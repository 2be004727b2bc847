"""Step `deliver`: what is approved leaves, once, after a last look and through the guard."""

from __future__ import annotations

from datetime import datetime, timedelta

from listener.health import AccountState, record_health
from records.database import writing
from records.enums import Mode
from records.models import Actor
from replies.dispatch import dispatch_due
from replies.limits import Caps
from replies.ports import DeliveryPorts
from replies.reconcile import reconcile_due
from service.deciding.brand_context import month_of
from service.deciding.permissions import permissions_for_reply
from service.delivery.guard import guard_reply, secrets_of
from service.delivery.holds import ordered_hold
from service.delivery.on_delivery import DELIVER, POST_DELETED, POST_HIDDEN, on_gone, on_sent
from service.wiring.app import App

__all__ = ["BATCH", "DELIVER", "POST_DELETED", "POST_HIDDEN", "RECONCILE", "deliver", "delivery_ports", "on_gone"]

RECONCILE = Actor(tag="step:reconcile")
BATCH = 32


def deliver(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Send up to `most` approved acts that are due. Returns how many were looked at; none in shadow mode."""
    if app.mode is not Mode.LIVE:
        return 0
    return dispatch_due(
        app.engine, desk=delivery_ports(app), claimant=app.claimant, actor=DELIVER, now=now, most=most
    ).looked_at


def reconcile(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Settle up to `most` acts of which nobody knows whether they were posted, by reading. Returns how many."""
    settled = reconcile_due(
        app.engine, desk=delivery_ports(app), claimant=app.claimant, actor=RECONCILE, now=now, most=most
    )
    return settled.sent + settled.returned + settled.held


def delivery_ports(app: App) -> DeliveryPorts:
    """What the replies station needs of the app."""
    limits = app.settings.document.limits
    return DeliveryPorts(
        network_of=app.network_of,
        mode_of=lambda _account_id: app.mode,
        max_reply_age_of=lambda account_id: timedelta(hours=app.brand_of(account_id).max_reply_age_hours),
        secrets_of=lambda reply: secrets_of(app, reply),
        guard=lambda text, reply: guard_reply(app, text, reply),
        sealer=app.encryption,
        caps=Caps(
            per_minute=limits.per_minute,
            per_person_hour=limits.per_person_hour,
            per_thread_hour=limits.per_thread_hour,
            per_brand_day=limits.per_brand_day,
        ),
        now_again=app.clock.now,
        on_sent=on_sent,
        on_gone=on_gone,
        permissions_of=lambda session, reply, now: permissions_for_reply(session, app, reply, now=now),
        month_of=lambda session, account_id, now: month_of(session, app, account_id, now=now),
        ordered_hold=lambda session, reply, now: ordered_hold(app, session, reply, now=now),
        on_refused=lambda account_id, reason, now: _pause(app, account_id, reason, now),
    )


def _pause(app: App, account_id: int, reason: str, now: datetime) -> None:
    with writing(app.engine) as session:
        record_health(session, account_id=account_id, state=AccountState.REFUSED, reason=reason, now=now)
