"""What a sent act, or a deleted post, changes in its case and its room, in the transaction that records it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from cases.clocks import answered_in_public, closed_in_public, nobody_waits, went_private
from cases.closing import close_if_done, without_a_post
from cases.handling import owes_again, waive
from cases.private_side import answered_in_private, person_spoke_last, set_private_state
from ledger.log import append
from listener.ingest.visibility import mark_deleted
from records.enums import ANSWER_SLOT, CLOSING_SLOT, PRIVATE_ACTS, Act, Action, CaseStatus, PrivateState
from records.models import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from replies.cancel import withhold_gone
from room.lifecycle import mark_invited

DELIVER = Actor(tag="step:deliver")
POST_DELETED = "the post was deleted"
POST_HIDDEN = "the post is hidden"


def on_sent(session: Session, reply: ReplyRow) -> None:
    """Apply a sent act to its case, its room and its mention, in the transaction that records it."""
    assert reply.sent_at is not None  # noqa: S101 - set by the caller
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
        _answered_privately(session, reply, now)
        _waive_closing_of_hidden(session, reply, now)
    elif reply.act == Act.HIDE:
        _waive_closing_of_hidden(session, reply, now)
    elif reply.act == Act.UNHIDE:
        _owe_closing_of_shown(session, reply, now)
    elif reply.slot == CLOSING_SLOT:
        closed_in_public(session, reply.case_id, actor=DELIVER, now=now)
        append(session, close_if_done(session, reply.case_id, actor=DELIVER, now=now))
    elif reply.act == Act.PUBLIC_REPLY:
        answered_in_public(session, [reply.case_id], actor=DELIVER, now=now)
        if reply.slot == ANSWER_SLOT and _asks_for_a_message(session, reply):
            set_private_state(session, [reply.case_id], PrivateState.AWAITED, actor=DELIVER, now=now)


def on_gone(session: Session, mention_id: int, now: datetime, *, actor: Actor = DELIVER) -> None:
    """Mark a mention whose post `actor` found deleted, in the transaction that records it.

    Its unsent acts are withheld, its waiting clock stops, and a case without another post owes no public closing line.
    """
    entries = [*mark_deleted(session, [mention_id], actor=actor, now=now)]
    nobody_waits(session, [mention_id], actor=actor, now=now)
    withhold_gone(session, [mention_id], actor=actor, now=now)
    for case_id in without_a_post(session, mention_id):
        entries.append(waive(session, case_id, reason=POST_DELETED, actor=actor, now=now))
        entries += close_if_done(session, case_id, actor=actor, now=now)
    append(session, entries)


def _answered_privately(session: Session, reply: ReplyRow, now: datetime) -> None:
    case_id = reply.case_id or 0
    if reply.room_id is None:
        set_private_state(session, [case_id], PrivateState.OPEN, actor=DELIVER, now=now)
    # An invitation answers a direct message; it does not answer a message in the room.
    if reply.room_id is None or not person_spoke_last(session, reply.room_id):
        answered_in_private(session, case_id, actor=DELIVER, now=now)


def _asks_for_a_message(session: Session, reply: ReplyRow) -> bool:
    decision = session.get(DecisionRow, reply.decision_id) if reply.decision_id is not None else None
    return decision is not None and decision.action == Action.MOVE_PRIVATE


def _waive_closing_of_hidden(session: Session, reply: ReplyRow, now: datetime) -> None:
    """A private case whose posts are all hidden or gone owes no public closing line."""
    session.flush()
    private = select(col(CareCaseRow.id)).where(
        col(CareCaseRow.id) == reply.case_id, col(CareCaseRow.status) == CaseStatus.PRIVATE.value
    )
    if session.execute(private).scalar() in without_a_post(session, reply.mention_id):
        entry = waive(session, reply.case_id or 0, reason=POST_HIDDEN, actor=DELIVER, now=now)
        append(session, [entry, *close_if_done(session, reply.case_id or 0, actor=DELIVER, now=now)])


def _owe_closing_of_shown(session: Session, reply: ReplyRow, now: datetime) -> None:
    """A case whose post is visible again owes its public closing line again."""
    case = session.get(CareCaseRow, reply.case_id, with_for_update=True, populate_existing=True)
    if case is not None and case.closed_at is None and case.waiver == POST_HIDDEN:
        append(session, [owes_again(session, reply.case_id or 0, actor=DELIVER, now=now)])
