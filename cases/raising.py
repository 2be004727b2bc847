"""A case is served before others from now on."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cases.priorities import outranks
from records.tables.cases import CareCaseRow
from records.words import Priority

ASKED_HUMAN_NOTE = "The person asked for a human in the private room: answer them next."


def raise_for_human(session: Session, case_id: int, *, now: datetime) -> bool:
    """Let the case of somebody who asked for a human be served next; returns whether its priority was raised.

    It has high priority at least. Where nobody has it, it goes ahead of its queue, as one that was handed over does.
    """
    case = session.get(CareCaseRow, case_id, populate_existing=True, with_for_update=True)
    if case is None or case.closed_at is not None:
        return False
    raised = outranks(Priority.HIGH, Priority(case.priority))
    if raised:
        case.priority = Priority.HIGH.value
    if case.assignee_id is None and case.handed_over_at is None:
        case.handed_over_at = now
        case.handed_over_note = ASKED_HUMAN_NOTE
    session.add(case)
    session.flush()
    return raised
