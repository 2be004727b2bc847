"""Cases that only specialists may go on with."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ledger.entry import Entry
from records.nouns import Actor
from records.tables.cases import CareCaseRow
from records.words import Queue


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
