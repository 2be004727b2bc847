"""Notices of unread answers: one e-mail says that somebody answered, and nothing of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from records.enums import RoomStatus, Speaker
from records.tables.room import NotificationRow, RoomMessageRow, RoomRow
from room.notifications.queue import EMAIL, NOTICE, enqueue

AWAY_AFTER = timedelta(minutes=2)
"""An answer that was not shown by then is unread: the person is away."""
NOTICE_INTERVAL = timedelta(minutes=15)
"""The shortest time between two notices about one room."""
STALE_AFTER = timedelta(days=1)
"""Older answers get no notice."""


@dataclass(frozen=True, kw_only=True)
class UnreadAnswer:
    """An answer that a person who is away has not seen."""

    room_id: int
    customer_id: int
    newest: int
    """Id of the newest message of an agent."""


def unread_answers(session: Session, *, now: datetime) -> Sequence[UnreadAnswer]:
    """The newest unread answer of each open room whose person is on file and got no notice lately."""
    newest = (
        select(func.max(col(RoomMessageRow.id)).label("id"), func.max(col(RoomMessageRow.said_at)).label("said_at"))
        .add_columns(col(RoomMessageRow.room_id).label("room_id"))
        .where(col(RoomMessageRow.author) == Speaker.AGENT.value, col(RoomMessageRow.said_at) > now - STALE_AFTER)
        .group_by(col(RoomMessageRow.room_id))
        .subquery()
    )
    notified_lately = (
        select(col(NotificationRow.id))
        .where(
            col(NotificationRow.room_id) == col(RoomRow.id),
            col(NotificationRow.kind) == NOTICE,
            col(NotificationRow.made_at) > now - NOTICE_INTERVAL,
        )
        .exists()
    )
    query = (
        select(col(RoomRow.id), col(RoomRow.customer_id), newest.c.id)
        .join(newest, newest.c.room_id == col(RoomRow.id))
        .where(
            col(RoomRow.status) == RoomStatus.OPEN.value,
            col(RoomRow.expires_at) > now,
            col(RoomRow.customer_id).is_not(None),
            newest.c.id > func.coalesce(col(RoomRow.read_until), 0),
            newest.c.said_at <= now - AWAY_AFTER,
            ~notified_lately,
        )
        .order_by(col(RoomRow.id))
    )
    return [
        UnreadAnswer(room_id=room_id, customer_id=customer_id, newest=newest_id)
        for room_id, customer_id, newest_id in session.execute(query)
    ]


def enqueue_notices(session: Session, *, now: datetime) -> int:
    """Queue one notice for each unread answer; returns how many. An answer gets one notice at most."""
    made = 0
    for unread in unread_answers(session, now=now):
        once = f"{NOTICE}:{unread.room_id}:{unread.newest}"
        if (
            session.execute(select(col(NotificationRow.id)).where(col(NotificationRow.once) == once)).first()
            is not None
        ):
            continue
        enqueue(
            session,
            room_id=unread.room_id,
            kind=NOTICE,
            way=EMAIL,
            once=once,
            customer_id=unread.customer_id,
            now=now,
        )
        made += 1
    return made


def still_unread(session: Session, room_id: int, once: str) -> bool:
    """Whether the answer of the notice with the key `once` is still unread."""
    row = session.get(RoomRow, room_id, populate_existing=True)
    newest = once.rpartition(":")[2]
    return row is not None and newest.isdigit() and (row.read_until or 0) < int(newest)
