"""A case is served before others from now on."""

from __future__ import annotations

from sqlmodel import Session

from cases.priorities import outranks
from records.nouns import Priority
from records.tables.cases import CareCaseRow


def raise_priority(session: Session, case_id: int, priority: Priority) -> bool:
    """Let an open case have `priority` at least. Returns whether it had less."""
    case = session.get(CareCaseRow, case_id, populate_existing=True, with_for_update=True)
    if case is None or case.closed_at is not None or not outranks(priority, Priority(case.priority)):
        return False
    case.priority = priority.value
    session.add(case)
    session.flush()
    return True
