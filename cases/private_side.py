"""The private side of a case: its state, who waits there since when, and who is unresponsive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlmodel import Session, col

from ledger.entry import Entry
from ledger.log import append
from records.enums import PRIVATE_ACTS, CaseStatus, PrivateState, RoomStatus
from records.models import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomMessageRow, RoomRow
from records.tables.service import AccountRow

PRIVATE_WAIT = timedelta(minutes=60)
"""What is promised in private where a brand says nothing else."""
DECLINED_NOTE = "The person declined the private room: go on in public, or as they asked."

_STATES = PrivateState
_MAY_BECOME: Mapping[PrivateState, frozenset[PrivateState]] = {
    _STATES.NONE: frozenset({_STATES.AWAITED, _STATES.INVITED, _STATES.OPEN, _STATES.DECLINED, _STATES.SOLVED}),
    _STATES.AWAITED: frozenset({_STATES.INVITED, _STATES.OPEN, _STATES.DECLINED, _STATES.SILENT, _STATES.SOLVED}),
    _STATES.INVITED: frozenset(
        {_STATES.NONE, _STATES.INVITED, _STATES.OPEN, _STATES.DECLINED, _STATES.SILENT, _STATES.SOLVED}
    ),
    # An invitation may be sent anew, for another browser.
    _STATES.OPEN: frozenset({_STATES.NONE, _STATES.INVITED, _STATES.DECLINED, _STATES.SILENT, _STATES.SOLVED}),
    # A person may change their mind; only people invite them again.
    _STATES.DECLINED: frozenset({_STATES.INVITED, _STATES.OPEN, _STATES.SOLVED}),
    _STATES.SILENT: frozenset({_STATES.AWAITED, _STATES.INVITED, _STATES.OPEN, _STATES.DECLINED, _STATES.SOLVED}),
    # The person has something to add: it is not solved after all.
    _STATES.SOLVED: frozenset({_STATES.INVITED, _STATES.OPEN}),
}
"""`none` is where a case begins, and goes back to where we take our invitation back or the case is reopened."""


@dataclass(frozen=True, kw_only=True)
class PrivateBreach:
    """A person who waits in private for longer than was promised."""

    case_id: int
    reference: str
    brand: str
    since: datetime


def may_become(before: PrivateState, after: PrivateState) -> bool:
    """Whether a private side that stands at `before` may stand at `after` next. Pure."""
    return after in _MAY_BECOME[before]


def set_private_state(
    session: Session,
    case_ids: Sequence[int],
    state: PrivateState,
    *,
    actor: Actor,  # noqa: ARG001 - every change names who makes it; the caller's log entry does
    now: datetime,
) -> list[int]:
    """Let the private side of these cases stand at `state` from now on.

    Closed cases, and those which cannot go there from where they stand, stay as they are. Returns the ids of the
    others. Where a solved matter opens again, its closing clock stops. Where a person declines and nobody has the
    case, it goes ahead of its queue, as one that was handed over does.
    """
    session.flush()
    rows = _locked(session, case_ids)
    changed = [row for row in rows if may_become(PrivateState(row.private_state), state)]
    for row in changed:
        row.private_state = state.value
        row.private_since = now
        if state is not PrivateState.SOLVED:
            row.solved_at = None
            row.close_by = None
        if state in {PrivateState.DECLINED, PrivateState.SILENT, PrivateState.SOLVED}:
            row.private_waiting_since = None
        if state is PrivateState.DECLINED and row.assignee_id is None:
            row.handed_over_at = now
            row.handed_over_note = DECLINED_NOTE
        session.add(row)
    session.flush()
    return [row.id for row in changed if row.id is not None]


def waits_in_private(session: Session, case_id: int, since: datetime) -> None:
    """The person said something in private at `since` and waits for us; an earlier wait goes on.

    They are there, so that a side which was silent, awaited or solved is open again. Where the case was closed, they
    wait in their open case with the brand, or else this one goes on, which was closed in public and owes no other line.
    """
    session.flush()
    for row in _locked(session, [case_id]) or _gone_on_from(session, case_id, since):
        row.private_waiting_since = min(row.private_waiting_since or since, since)
        if row.private_state not in {PrivateState.OPEN, PrivateState.INVITED, PrivateState.DECLINED}:
            row.private_state = PrivateState.OPEN.value
            row.private_since = since
            row.solved_at = None
            row.close_by = None
        session.add(row)
    session.flush()


def answered_in_private(
    session: Session,
    case_id: int,
    *,
    actor: Actor,  # noqa: ARG001 - every change names who makes it; the caller's log entry does
    now: datetime,
) -> None:
    """Somebody of ours answered in private at `now`: nobody waits there any more, and a first answer was given."""
    session.flush()
    session.execute(
        update(CareCaseRow)
        .where(col(CareCaseRow.id) == case_id, col(CareCaseRow.closed_at).is_(None))
        .values(
            private_waiting_since=None,
            first_responded_at=func.coalesce(col(CareCaseRow.first_responded_at), now),
        )
    )


def private_wait(session: Session, brand: str, now: datetime, *, but_for: int | None = None) -> timedelta:
    """The longest present wait of a person in private: what somebody invited now must expect. Never negative.

    The case `but_for` is left out: an invitation is itself an answer to whoever waits in it.
    """
    session.flush()
    query = select(func.min(col(CareCaseRow.private_waiting_since))).where(
        col(CareCaseRow.brand) == brand, col(CareCaseRow.closed_at).is_(None)
    )
    if but_for is not None:
        query = query.where(col(CareCaseRow.id) != but_for)
    oldest = session.execute(query).scalar_one_or_none()
    return timedelta(0) if oldest is None else max(timedelta(0), now - oldest)


def private_breaches(
    session: Session, promised: Mapping[str, timedelta], *, now: datetime
) -> tuple[PrivateBreach, ...]:
    """Open cases whose person waits in private for longer than their brand promised, the longest first."""
    waiting = (
        select(CareCaseRow)
        .where(col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.private_waiting_since).is_not(None))
        .order_by(col(CareCaseRow.private_waiting_since), col(CareCaseRow.id))
    )
    return tuple(
        PrivateBreach(case_id=row.id or 0, reference=row.reference, brand=row.brand, since=row.private_waiting_since)
        for row in session.execute(waiting).scalars()
        if now - row.private_waiting_since > promised.get(row.brand, PRIVATE_WAIT)
    )


def _gone_on_from(session: Session, case_id: int, now: datetime) -> list[CareCaseRow]:
    closed = session.get(CareCaseRow, case_id, with_for_update=True, populate_existing=True)
    if closed is None:
        return []
    same = (col(CareCaseRow.identity_id) == closed.identity_id, col(CareCaseRow.brand) == closed.brand)
    another = session.execute(select(col(CareCaseRow.id)).where(*same, col(CareCaseRow.closed_at).is_(None))).scalar()
    if another is not None:
        return _locked(session, [another])
    closed.status = CaseStatus.PRIVATE.value
    closed.closed_at = None
    closed.reopened_at = now
    entry = Entry(kind="room:case:reopened", at=now, actor="person:room", case_id=case_id, body={})
    session.add(closed)
    session.flush()
    append(session, [entry])
    return [closed]


def _locked(session: Session, case_ids: Sequence[int]) -> list[CareCaseRow]:
    query = (
        select(CareCaseRow)
        .where(col(CareCaseRow.id).in_(case_ids), col(CareCaseRow.closed_at).is_(None))
        .order_by(col(CareCaseRow.id))
        .with_for_update()
    )
    return list(session.execute(query, execution_options={"populate_existing": True}).scalars())


UNRESPONSIVE_AFTER = timedelta(hours=72)
"""So long after our last word, or after we said how to write first, somebody counts as silent."""


def unresponsive_cases(session: Session, *, now: datetime) -> list[int]:
    """Open cases whose person left an invitation unopened for its life, or our last word without one of theirs."""
    session.flush()
    since = now - UNRESPONSIVE_AFTER
    state = col(CareCaseRow.private_state)
    query = select(col(CareCaseRow.id)).where(
        col(CareCaseRow.closed_at).is_(None),
        col(CareCaseRow.private_waiting_since).is_(None),
        or_(
            and_(state == PrivateState.INVITED.value, _ran_out_unopened(now)),
            and_(state == PrivateState.AWAITED.value, col(CareCaseRow.private_since) <= since),
            and_(
                state == PrivateState.OPEN.value,
                col(CareCaseRow.private_since) <= since,
                ~_said_in_a_room_since(since),
                ~_written_since(since),
            ),
        ),
    )
    return [case_id for case_id in session.execute(query.order_by(col(CareCaseRow.id))).scalars() if case_id]


def answered_elsewhere(session: Session) -> list[int]:
    """Open cases whose person waits in private although somebody wrote to them since, outside Aparte.

    Invitations of ours are no answer to what was said in a room.
    """
    session.flush()
    ours = exists().where(
        col(ReplyRow.account_id) == col(DirectMessageRow.account_id),
        col(ReplyRow.external_id) == col(DirectMessageRow.external_id),
    )
    written = exists().where(
        col(DirectMessageRow.identity_id) == col(CareCaseRow.identity_id),
        col(DirectMessageRow.outgoing).is_(True),
        col(DirectMessageRow.sent_at) > col(CareCaseRow.private_waiting_since),
        col(DirectMessageRow.account_id).in_(
            select(col(AccountRow.id)).where(col(AccountRow.brand) == col(CareCaseRow.brand))
        ),
        ~ours,
    )
    query = select(col(CareCaseRow.id)).where(
        col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.private_waiting_since).is_not(None), written
    )
    return [case_id for case_id in session.execute(query.order_by(col(CareCaseRow.id))).scalars() if case_id]


def person_spoke_last(session: Session, room_id: int) -> bool:
    """True where the newest message of a room is the person's."""
    newest = (
        select(col(RoomMessageRow.author))
        .where(col(RoomMessageRow.room_id) == room_id)
        .order_by(col(RoomMessageRow.id).desc())
        .limit(1)
    )
    return session.execute(newest).scalar() == "person"


def _ran_out_unopened(now: datetime) -> ColumnElement[bool]:
    newest = select(func.max(col(RoomRow.id))).where(col(RoomRow.case_id) == col(CareCaseRow.id)).correlate(CareCaseRow)
    return exists().where(
        col(RoomRow.id) == newest.scalar_subquery(),
        col(RoomRow.status) != RoomStatus.OPEN.value,
        col(RoomRow.expires_at) <= now,
    )


def _said_in_a_room_since(since: datetime) -> ColumnElement[bool]:
    return exists().where(
        col(RoomRow.case_id) == col(CareCaseRow.id),
        col(RoomMessageRow.room_id) == col(RoomRow.id),
        col(RoomMessageRow.said_at) > since,
    )


def _written_since(since: datetime) -> ColumnElement[bool]:
    return exists().where(
        col(ReplyRow.case_id) == col(CareCaseRow.id),
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.sent_at) > since,
    )
