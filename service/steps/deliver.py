"""Step `deliver`: what is approved leaves, once, after a last look and through the guard."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from cases.clocks import answered_in_public, closed_in_public, nobody_waits, went_private
from cases.handling import waive
from cases.standing import Leg
from ledger.log import append
from listener.deletions import mark_deleted
from listener.health import State, note_health
from records.database import writing
from records.nouns import CLOSING_SLOT, PRIVATE_ACTS, Act, Actor, CaseStatus, Mode
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.caps import Caps
from replies.dispatch import dispatch_due
from replies.dispatching import Dispatching
from replies.reconciliation import reconcile_due
from replies.stopping import withhold_gone
from room.rooms import mark_invited
from service.guarding import guard_reply, secrets_of
from service.house import House
from service.permitting import permissions_for
from service.spending import month_of

DELIVER = Actor(tag="step:deliver")
RECONCILE = Actor(tag="step:reconcile")
BATCH = 32
POST_DELETED = "the post was deleted"
POST_HIDDEN = "the post is hidden"


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
        on_refused=lambda account_id, reason, now: _pause(house, account_id, reason, now),
    )


def _pause(house: House, account_id: int, reason: str, now: datetime) -> None:
    with writing(house.engine) as session:
        note_health(session, account_id=account_id, state=State.REFUSED, reason=reason, now=now)


def on_sent(session: Session, reply: ReplyRow) -> None:
    """What a sent act means for its case and its room, in the same transaction."""
    assert reply.sent_at is not None  # noqa: S101 - set before this is told
    now = reply.sent_at
    if reply.act in {Act.HIDE, Act.UNHIDE}:
        session.execute(
            update(MentionRow)
            .where(col(MentionRow.id) == reply.mention_id)
            .values(hidden_at=now if reply.act == Act.HIDE else None)
        )
    if reply.room_id is not None:
        mark_invited(session, reply.room_id, actor=DELIVER, now=now)
    if reply.case_id is None:
        return
    if reply.act in PRIVATE_ACTS:
        went_private(session, reply.case_id, actor=DELIVER, now=now)
        _waive_unseen(session, reply, now)
    elif reply.act == Act.HIDE:
        _waive_unseen(session, reply, now)
    elif reply.slot == CLOSING_SLOT:
        closed_in_public(session, reply.case_id, actor=DELIVER, now=now)
    elif reply.act == Act.PUBLIC_REPLY:
        answered_in_public(session, [reply.case_id], actor=DELIVER, now=now)


def _waive_unseen(session: Session, reply: ReplyRow, now: datetime) -> None:
    """A private case whose posts are all hidden or gone owes no public closing line: nobody would read it."""
    session.flush()
    private = select(col(CareCaseRow.id)).where(
        col(CareCaseRow.id) == reply.case_id, col(CareCaseRow.status) == CaseStatus.PRIVATE.value
    )
    if session.execute(private).scalar() in _cases_without_a_post(session, reply.mention_id):
        entry = waive(session, reply.case_id or 0, reason=POST_HIDDEN, actor=DELIVER, now=now)
        append(session, [entry])


def on_gone(session: Session, mention_id: int, now: datetime, *, actor: Actor = DELIVER) -> None:
    """What a post means that `actor` found to have vanished, in the same transaction.

    It is marked, nothing more is said to it, nobody waits for an answer, and its case owes no public closing line.
    """
    entries = [*mark_deleted(session, [mention_id], actor=actor, now=now)]
    nobody_waits(session, [mention_id], actor=actor, now=now)
    withhold_gone(session, [mention_id], actor=actor, now=now)
    entries += [
        waive(session, case_id, reason=POST_DELETED, actor=actor, now=now)
        for case_id in _cases_without_a_post(session, mention_id)
    ]
    append(session, entries)


def _cases_without_a_post(session: Session, mention_id: int) -> list[int]:
    """Open cases of the mention, not waived yet, of which no public thread is left to close."""
    of_mention = select(col(CaseThreadRow.case_id)).where(
        col(CaseThreadRow.mention_id) == mention_id, col(CaseThreadRow.leg) == Leg.PUBLIC.value
    )
    with_a_post = (
        select(col(CaseThreadRow.case_id))
        .join(MentionRow, col(MentionRow.id) == col(CaseThreadRow.mention_id))
        .where(col(CaseThreadRow.leg) == Leg.PUBLIC.value, col(MentionRow.deleted_at).is_(None))
        .where(col(MentionRow.hidden_at).is_(None))
    )
    query = (
        select(col(CareCaseRow.id))
        .where(
            col(CareCaseRow.id).in_(of_mention),
            col(CareCaseRow.id).not_in(with_a_post.where(col(CaseThreadRow.case_id) == col(CareCaseRow.id))),
            col(CareCaseRow.closed_at).is_(None),
            col(CareCaseRow.waiver).is_(None),
        )
        .order_by(col(CareCaseRow.id))
    )
    return [case_id for case_id in session.execute(query).scalars() if case_id is not None]
