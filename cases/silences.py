"""People who went silent in private, and those who were answered there outside Aparte."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlmodel import Session, col

from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomMessageRow, RoomRow
from records.tables.service import AccountRow
from records.words import PRIVATE_ACTS, PrivateState, RoomStatus

SILENT_AFTER = timedelta(hours=72)
"""So long after our last word, or after we said how to write first, somebody counts as silent."""


def gone_silent(session: Session, *, now: datetime) -> list[int]:
    """Open cases whose person left an invitation unopened for its life, or our last word without one of theirs."""
    session.flush()
    since = now - SILENT_AFTER
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


def answered_outside(session: Session) -> list[int]:
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
