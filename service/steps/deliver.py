"""Step `deliver`: what is approved leaves, once, after a last look and through the guard."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from cases.clocks import answered_in_public, closed_in_public, went_private
from records.nouns import CLOSING_SLOT, Act, Actor, Mode
from records.tables.replies import ReplyRow
from replies.caps import Caps
from replies.dispatch import dispatch_due
from replies.dispatching import Dispatching
from replies.reconciliation import reconcile_due
from room.rooms import mark_invited
from service.guarding import guard_reply, secrets_of
from service.house import House

DELIVER = Actor(tag="step:deliver")
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
            per_minute=limits.per_minute, per_person_hour=limits.per_person_hour, per_brand_day=limits.per_brand_day
        ),
        now_again=house.clock.now,
        on_sent=lambda session, reply: on_sent(session, reply, house.clock.now()),
    )


def on_sent(session: Session, reply: ReplyRow, now: datetime) -> None:
    """What a sent act means for its case and its room, in the same transaction."""
    if reply.room_id is not None:
        mark_invited(session, reply.room_id, actor=DELIVER, now=now)
    if reply.case_id is None:
        return
    if reply.act == Act.PRIVATE_MESSAGE:
        went_private(session, reply.case_id, actor=DELIVER, now=now)
    elif reply.slot == CLOSING_SLOT:
        closed_in_public(session, reply.case_id, actor=DELIVER, now=now)
    elif reply.act == Act.PUBLIC_REPLY:
        answered_in_public(session, [reply.case_id], actor=DELIVER, now=now)
