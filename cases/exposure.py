"""How much an unanswered case is seen: what the queue is ordered by, once the lanes are served."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import log2

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from records.nouns import Actor
from records.tables.cases import CareCaseRow

_MINUTE = timedelta(minutes=1)


def exposure(minutes: float, reach: int, p_negative: float) -> float:
    """Minutes unanswered in public x log2(2 + reach) x P(negative)."""
    return max(minutes, 0.0) * log2(2 + max(reach, 0)) * p_negative


def exposure_since(waiting_since: datetime | None, *, reach: int, p_negative: float, now: datetime) -> float:
    """The exposure of somebody who has waited in public since then; 0 where nobody waits."""
    if waiting_since is None:
        return 0.0
    return exposure((now - waiting_since) / _MINUTE, reach, p_negative)


def refresh(session: Session, *, actor: Actor, now: datetime) -> int:  # noqa: ARG001 - every change names its actor
    """Store the exposure of every open case that waits in public, as of `now`. Returns how many there were."""
    session.flush()
    connection = session.connection()
    columns = (col(CareCaseRow.id), col(CareCaseRow.waiting_since), col(CareCaseRow.reach), col(CareCaseRow.p_negative))
    waiting = select(*columns).where(col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.waiting_since).is_not(None))
    rows = [
        {"which": case_id, "exposed": exposure_since(since, reach=reach, p_negative=p_negative, now=now)}
        for case_id, since, reach, p_negative in connection.execute(waiting.order_by(col(CareCaseRow.id)))
    ]
    if rows:
        connection.execute(
            update(CareCaseRow)
            .where(col(CareCaseRow.id) == bindparam("which"), col(CareCaseRow.waiting_since).is_not(None))
            .values(exposure=bindparam("exposed"), exposure_as_of=now),
            rows,
        )
    return len(rows)
