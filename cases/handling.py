"""What people do with a case. Each act returns the ledger entry that the caller appends last.

Notes and reasons stay out of the entries' open body, since people write personal things there; the caller may seal
them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from cases.state import CaseEvent, CaseRefusalError, check_closable, status_after
from ledger.canonical import Json
from ledger.entry import Entry
from records.enums import CaseStatus, Queue, Role
from records.models import Actor
from records.tables.cases import CareCaseRow


def claim(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Entry:
    """The agent takes the case. Raises CaseRefusalError where it is closed, or another agent has it."""
    case = _open_case(session, case_id)
    agent_id = _agent_id(actor)
    _check_may_handle(case, actor)
    case.assignee_id = agent_id
    return _saved(session, case, "claimed", actor, now)


def release(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Entry:
    """The case goes back to its queue. Raises CaseRefusalError where it is closed, free, or another agent's."""
    case = _open_case(session, case_id)
    if case.assignee_id is None:
        raise CaseRefusalError("Nobody has this case: there is nothing to release.", code="case-not-taken")
    _check_may_handle(case, actor)
    case.assignee_id = None
    return _saved(session, case, "released", actor, now)


def hand_over(session: Session, case_id: int, *, note: str, queue: Queue, actor: Actor, now: datetime) -> Entry:
    """The case goes to another desk, ahead of what waits there, with a note that spares the person a repetition."""
    if not note.strip():
        raise CaseRefusalError(
            "A hand-over needs a note: say what is known and what is still to be done.", code="note-missing"
        )
    case = _open_case(session, case_id)
    _check_may_handle(case, actor)
    case.assignee_id = None
    case.queue = queue.value
    case.handed_over_at = now
    case.handed_over_note = note.strip()
    return _saved(session, case, "handed-over", actor, now, queue=queue.value)


def waive(session: Session, case_id: int, *, reason: str, actor: Actor, now: datetime) -> Entry:
    """No public closing line is needed or possible, for `reason`."""
    if not reason.strip():
        raise CaseRefusalError(
            "A waiver needs a reason: say why no public closing line is needed or possible.", code="reason-missing"
        )
    case = _open_case(session, case_id)
    case.waiver = reason.strip()
    case.close_by = None
    return _saved(session, case, "closing-waived", actor, now)


def owes_again(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Entry:
    """What excused the case from its public closing line is over; one that is closed is left as it is."""
    case = _open_case(session, case_id)
    case.waiver = None
    return _saved(session, case, "closing-owed", actor, now)


def close(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Entry:
    """The case ends; its clocks stop.

    Raises CaseRefusalError where it still owes a public closing line, or is another agent's.
    """
    case = _case(session, case_id)
    _check_may_handle(case, actor)
    status = CaseStatus(case.status)
    check_closable(status=status, closed_in_public=case.public_closed_at is not None, waiver=case.waiver)
    case.status = status_after(status, CaseEvent.CLOSED).value
    case.closed_at = now
    case.waiting_since = None
    case.private_waiting_since = None
    case.close_by = None
    case.exposure = 0.0
    case.exposure_as_of = now
    return _saved(session, case, "closed", actor, now, waived=case.waiver is not None)


def reopen(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Entry:
    """A closed case goes on. Raises CaseRefusalError where the person has a newer open case with the brand."""
    case = _case(session, case_id)
    status = status_after(CaseStatus(case.status), CaseEvent.REOPENED)
    newer = session.execute(
        select(col(CareCaseRow.reference)).where(
            col(CareCaseRow.identity_id) == case.identity_id,
            col(CareCaseRow.brand) == case.brand,
            col(CareCaseRow.closed_at).is_(None),
        )
    ).scalar()
    if newer is not None:
        raise CaseRefusalError(
            f"This person has the open case {newer}: go on there.", code="other-case-open", case=newer
        )
    case.status = status.value
    case.closed_at = None
    case.reopened_at = now
    case.assignee_id = None
    return _saved(session, case, "reopened", actor, now)


def _case(session: Session, case_id: int) -> CareCaseRow:
    case = session.get(CareCaseRow, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise CaseRefusalError(f"There is no case {case_id}.", code="no-such-case", case=case_id)
    return case


def _open_case(session: Session, case_id: int) -> CareCaseRow:
    case = _case(session, case_id)
    if case.closed_at is not None:
        raise CaseRefusalError("The case is closed: reopen it first.", code="case-closed")
    return case


def _agent_id(actor: Actor) -> int:
    source, _, number = actor.tag.partition(":")
    if source != "agent" or not number.isascii() or not number.isdigit():
        raise CaseRefusalError("Only an agent can take a case: sign in as one.", code="agents-only")
    return int(number)


def _check_may_handle(case: CareCaseRow, actor: Actor) -> None:
    if case.assignee_id is None or Role.SUPERVISOR in actor.roles:
        return
    if actor.tag != f"agent:{case.assignee_id}":
        raise CaseRefusalError("Another agent has this case: ask for it, or ask a supervisor.", code="case-taken")


def _saved(session: Session, case: CareCaseRow, what: str, actor: Actor, now: datetime, **body: Json) -> Entry:
    session.add(case)
    session.flush()
    source = actor.tag.partition(":")[0]
    return Entry(
        kind=f"{source}:case:{what}",
        at=now,
        actor=actor.tag,
        case_id=case.id,
        body={"reference": case.reference, **body},
    )
