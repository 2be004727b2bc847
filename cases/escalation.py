"""Cases that are raised: a person asked for a human, or only specialists may go on."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cases.state import outranks
from ledger.entry import Entry
from records.enums import Priority, Queue
from records.models import Actor
from records.tables.cases import CareCaseRow

ASKED_HUMAN_NOTE = "The person asked for a human in the private room: answer them next."


def escalate_to_human(session: Session, case_id: int, *, now: datetime) -> bool:
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


def hold_for_specialists(session: Session, case_id: int, *, note: str, actor: Actor, now: datetime) -> Entry | None:
    """The case leaves whoever has it and waits for a supervisor, ahead of the queue.

    Returns the ledger entry that the caller appends; None where the case is closed, and stays as it is.
    """
    session.flush()
    case = session.get(CareCaseRow, case_id, with_for_update=True, populate_existing=True)
    if case is None or case.closed_at is not None:
        return None
    case.assignee_id = None
    case.queue = Queue.SUPERVISOR.value
    case.handed_over_at = now
    case.handed_over_note = note
    session.flush()
    source = actor.tag.partition(":")[0]
    return Entry(
        kind=f"{'room' if source == 'person' else source}:case:handed-over",
        at=now,
        actor=actor.tag,
        case_id=case.id,
        body={"reference": case.reference, "queue": Queue.SUPERVISOR.value},
    )
