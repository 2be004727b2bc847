"""The order of the queue, and the exposure of waiting cases that it sorts by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import log2
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, or_, select, update
from sqlmodel import Session, col

from cases.private_side import PRIVATE_WAIT
from cases.state import NEAR_BREACH
from records.models import Actor
from records.tables.cases import CareCaseRow

NO_PROMISES: Mapping[str, timedelta] = {}


def queue_order(*, now: datetime, promised: Mapping[str, timedelta] = NO_PROMISES) -> tuple[ColumnElement[Any], ...]:
    """ORDER BY for `care_case`: harm, handed over and not yet taken, near breach or past it, then exposure.

    `promised` is how long a person waits in private at most, by brand.
    """
    handed_over = and_(col(CareCaseRow.handed_over_at).is_not(None), col(CareCaseRow.assignee_id).is_(None))
    return (
        col(CareCaseRow.harm).desc(),
        case((handed_over, 0), else_=1),
        case((near_breach(now=now, promised=promised), 0), else_=1),
        col(CareCaseRow.exposure).desc(),
        # A wait in private has no exposure, since nobody sees it, and is a wait all the same.
        case((col(CareCaseRow.private_waiting_since).is_not(None), 0), else_=1),
        col(CareCaseRow.id).asc(),
    )


def near_breach(*, now: datetime, promised: Mapping[str, timedelta] = NO_PROMISES) -> ColumnElement[bool]:
    """True of a case one of whose clocks runs out within a quarter of an hour, or did.

    The clocks: of the first answer, of the person who waits in private, of the public closing line.
    """
    first_answer = and_(col(CareCaseRow.first_responded_at).is_(None), col(CareCaseRow.respond_by) <= now + NEAR_BREACH)
    return or_(
        and_(col(CareCaseRow.respond_by).is_not(None), first_answer),
        _near_private_breach(now, promised),
        and_(col(CareCaseRow.close_by).is_not(None), col(CareCaseRow.close_by) <= now + NEAR_BREACH),
    )


def _near_private_breach(now: datetime, promised: Mapping[str, timedelta]) -> ColumnElement[bool]:
    since = col(CareCaseRow.private_waiting_since)
    otherwise = and_(col(CareCaseRow.brand).not_in(sorted(promised)), since <= now - PRIVATE_WAIT + NEAR_BREACH)
    by_brand = (
        and_(col(CareCaseRow.brand) == brand, since <= now - wait + NEAR_BREACH) for brand, wait in promised.items()
    )
    return and_(since.is_not(None), or_(otherwise, *by_brand))


_MINUTE = timedelta(minutes=1)


def exposure(minutes: float, reach: int, p_negative: float) -> float:
    """Minutes unanswered in public x log2(2 + reach) x P(negative)."""
    return max(minutes, 0.0) * log2(2 + max(reach, 0)) * p_negative


def exposure_since(waiting_since: datetime | None, *, reach: int, p_negative: float, now: datetime) -> float:
    """The exposure of somebody who has waited in public since then; 0 where nobody waits."""
    if waiting_since is None:
        return 0.0
    return exposure((now - waiting_since) / _MINUTE, reach, p_negative)


def refresh_exposure(session: Session, *, actor: Actor, now: datetime) -> int:  # noqa: ARG001 - every change names its actor
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
