"""Steps `deliver` and `reconcile`: approved replies that are due are sent, and unknown deliveries are settled."""

from __future__ import annotations

from datetime import datetime

from records.enums import Mode
from records.models import Actor
from replies.dispatch import dispatch_due
from replies.reconcile import reconcile_due
from service.delivery.on_delivery import DELIVER
from service.delivery.ports import AppDeliveryPorts
from service.wiring.app import App

RECONCILE = Actor(tag="step:reconcile")
BATCH = 32


def deliver(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Send up to `most` approved acts that are due. Returns how many were looked at; none in shadow mode."""
    if app.mode is not Mode.LIVE:
        return 0
    ports = AppDeliveryPorts(app=app)
    counts = dispatch_due(app.engine, ports=ports, claimant=app.claimant, actor=DELIVER, now=now, most=most)
    return counts.looked_at


def reconcile(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Settle up to `most` acts of which nobody knows whether they were posted, by reading. Returns how many."""
    ports = AppDeliveryPorts(app=app)
    counts = reconcile_due(app.engine, ports=ports, claimant=app.claimant, actor=RECONCILE, now=now, most=most)
    return counts.sent + counts.returned + counts.held
