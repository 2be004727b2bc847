"""Which case is served first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import col

from cases.priorities import NEAR_BREACH
from cases.private import PRIVATE_WAIT
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
        # Whoever waits in private is not seen by the square, and waits all the same.
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
