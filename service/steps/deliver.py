"""Step `deliver`: what is approved leaves, once, after a last look and through the guard."""

from __future__ import annotations

from datetime import datetime, timedelta

from listener.health import State, note_health
from records.database import writing
from records.nouns import Actor
from records.words import Mode
from replies.caps import Caps
from replies.dispatch import dispatch_due
from replies.dispatching import Dispatching
from replies.reconciliation import reconcile_due
from service.guarding import guard_reply, secrets_of
from service.holding import ordered_hold
from service.house import House
from service.permitting import permissions_for
from service.sent_acts import DELIVER, POST_DELETED, POST_HIDDEN, on_gone, on_sent
from service.spending import month_of

__all__ = ["BATCH", "DELIVER", "POST_DELETED", "POST_HIDDEN", "RECONCILE", "deliver", "dispatching", "on_gone"]

RECONCILE = Actor(tag="step:reconcile")
BATCH = 32


def deliver(house: House, *, now: datetime, most: int = BATCH) -> int:
    """Send up to `most` approved acts that are due. Returns how many were looked at; none in shadow mode."""
    if house.mode is not Mode.LIVE:
        return 0
    return dispatch_due(
        house.engine, desk=dispatching(house), claimant=house.claimant, actor=DELIVER, now=now, most=most
    ).looked_at


def reconcile(house: House, *, now: datetime, most: int = BATCH) -> int:
    """Settle up to `most` acts of which nobody knows whether they were posted, by reading. Returns how many."""
    settled = reconcile_due(
        house.engine, desk=dispatching(house), claimant=house.claimant, actor=RECONCILE, now=now, most=most
    )
    return settled.sent + settled.returned + settled.held


def dispatching(house: House) -> Dispatching:
    """What the replies station needs of the house."""
    limits = house.settings.document.limits
    return Dispatching(
        network_of=house.network_of,
        mode_of=lambda _account_id: house.mode,
        max_reply_age_of=lambda account_id: timedelta(hours=house.brand_of(account_id).max_reply_age_hours),
        secrets_of=lambda reply: secrets_of(house, reply),
        guard=lambda text, reply: guard_reply(house, text, reply),
        sealer=house.vault,
        caps=Caps(
            per_minute=limits.per_minute,
            per_person_hour=limits.per_person_hour,
            per_thread_hour=limits.per_thread_hour,
            per_brand_day=limits.per_brand_day,
        ),
        now_again=house.clock.now,
        on_sent=on_sent,
        on_gone=on_gone,
        permissions_of=lambda session, reply, now: permissions_for(session, house, reply, now=now),
        month_of=lambda session, account_id, now: month_of(session, house, account_id, now=now),
        ordered_hold=lambda session, reply, now: ordered_hold(house, session, reply, now=now),
        on_refused=lambda account_id, reason, now: _pause(house, account_id, reason, now),
    )


def _pause(house: House, account_id: int, reason: str, now: datetime) -> None:
    with writing(house.engine) as session:
        note_health(session, account_id=account_id, state=State.REFUSED, reason=reason, now=now)
