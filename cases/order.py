"""Which case is served first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import col

from cases.priorities import NEAR_BREACH
from records.tables.cases import CareCaseRow


def queue_order(*, now: datetime) -> tuple[ColumnElement[Any], ...]:
    """ORDER BY for `care_case`: harm, handed over and not yet taken, near breach or past it, then exposure."""
    handed_over = and_(col(CareCaseRow.handed_over_at).is_not(None), col(CareCaseRow.assignee_id).is_(None))
    return (
        col(CareCaseRow.harm).desc(),
        case((handed_over, 0), else_=1),
        case((near_breach(now=now), 0), else_=1),
        col(CareCaseRow.exposure).desc(),
        col(CareCaseRow.id).asc(),
    )


def near_breach(*, now: datetime) -> ColumnElement[bool]:
    """True of a case whose first answer is due within a quarter of an hour, or overdue, and was not given."""
    return and_(col(CareCaseRow.first_responded_at).is_(None), col(CareCaseRow.respond_by) <= now + NEAR_BREACH)
