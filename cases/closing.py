"""How a case that went private ends: marked solved, closed in public or waived, then closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from cases.state import CaseEvent, CaseRefusalError, Side, status_after
from ledger.canonical import Json
from ledger.entry import Entry
from records.enums import CaseStatus, PrivateState, Role
from records.models import Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow

NEVER_PRIVATE = "The case never went private: close it as it is."


@dataclass(frozen=True, kw_only=True)
class OverdueClosing:
    """A case that was solved in private and not closed in public in time."""

    case_id: int
    reference: str
    brand: str
    close_by: datetime


def mark_solved(session: Session, case_id: int, *, by: Actor, close_by: datetime, now: datetime) -> Entry:
    """The matter is solved in private; the public closing line is due at `close_by` where it is still owed.

    Returns the entry that the caller appends. Raises CaseRefusalError where the case is closed, never went private, or
    is another agent's or marked already.
    """
    case = _open_case(session, case_id)
    if case.assignee_id is not None and Role.SUPERVISOR not in by.roles and by.tag != f"agent:{case.assignee_id}":
        raise CaseRefusalError("Another agent has this case: ask for it, or ask a supervisor.", code="case-taken")
    if case.status != CaseStatus.PRIVATE:
        raise CaseRefusalError(NEVER_PRIVATE, code="case-never-private")
    if case.private_state == PrivateState.SOLVED:
        raise CaseRefusalError("The case is marked as solved already.", code="case-solved")
    case.private_state = PrivateState.SOLVED.value
    case.private_since = now
    # Whoever marks it has read the person's last word, and finds that it needs no answer.
    case.private_waiting_since = None
    case.solved_at = now
    case.close_by = None if case.public_closed_at is not None or case.waiver is not None else close_by
    session.add(case)
    session.flush()
    source = by.tag.partition(":")[0]
    due = None if case.close_by is None else case.close_by.isoformat()
    body: dict[str, Json] = {"reference": case.reference, "close_by": due}
    return Entry(kind=f"{source}:case:solved", at=now, actor=by.tag, case_id=case_id, body=body)


def close_if_done(session: Session, case_id: int, *, actor: Actor, now: datetime) -> list[Entry]:
    """Close the case where it was marked as solved and owes no public closing line; else leave it as it is.

    Returns the entries that the caller appends.
    """
    session.flush()
    case = session.get(CareCaseRow, case_id, with_for_update=True, populate_existing=True)
    if case is None or case.closed_at is not None or case.private_state != PrivateState.SOLVED:
        return []
    if case.public_closed_at is None and case.waiver is None:
        return []
    case.status = status_after(CaseStatus(case.status), CaseEvent.CLOSED).value
    case.closed_at = now
    case.close_by = None
    case.waiting_since = None
    case.exposure = 0.0
    case.exposure_as_of = now
    session.add(case)
    session.flush()
    source = actor.tag.partition(":")[0]
    body: dict[str, Json] = {"reference": case.reference, "waived": case.waiver is not None}
    return [Entry(kind=f"{source}:case:closed", at=now, actor=actor.tag, case_id=case_id, body=body)]


def done_but_open(session: Session) -> list[int]:
    """Cases for `close_if_done`: solved, closed in public or waived, and not closed yet."""
    query = select(col(CareCaseRow.id)).where(
        col(CareCaseRow.closed_at).is_(None),
        col(CareCaseRow.private_state) == PrivateState.SOLVED.value,
        col(CareCaseRow.public_closed_at).is_not(None) | col(CareCaseRow.waiver).is_not(None),
    )
    return [case_id for case_id in session.execute(query.order_by(col(CareCaseRow.id))).scalars() if case_id]


def overdue_closings(session: Session, *, now: datetime) -> tuple[OverdueClosing, ...]:
    """Open cases whose public closing line is overdue, the longest overdue first."""
    overdue = (
        select(CareCaseRow)
        .where(col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.close_by) <= now)
        .order_by(col(CareCaseRow.close_by), col(CareCaseRow.id))
    )
    return tuple(
        OverdueClosing(case_id=row.id or 0, reference=row.reference, brand=row.brand, close_by=row.close_by)
        for row in session.execute(overdue).scalars()
    )


def unseen_private(session: Session) -> list[int]:
    """Open cases that went private, owe a closing line, and have no public post left that anybody can read."""
    return _without_a_post(
        session,
        col(CareCaseRow.status) == CaseStatus.PRIVATE.value,
        col(CareCaseRow.public_closed_at).is_(None),
        _has_public_thread(),
    )


def without_a_post(session: Session, mention_id: int) -> list[int]:
    """Open cases of the mention, not waived yet, of which no public thread is left to close."""
    of_mention = select(col(CaseThreadRow.case_id)).where(
        col(CaseThreadRow.mention_id) == mention_id, col(CaseThreadRow.leg) == Side.PUBLIC.value
    )
    return _without_a_post(session, col(CareCaseRow.id).in_(of_mention))


def _without_a_post(session: Session, *conditions: ColumnElement[bool]) -> list[int]:
    with_a_post = (
        select(col(CaseThreadRow.case_id))
        .join(MentionRow, col(MentionRow.id) == col(CaseThreadRow.mention_id))
        .where(col(CaseThreadRow.leg) == Side.PUBLIC.value, col(MentionRow.deleted_at).is_(None))
        .where(col(MentionRow.hidden_at).is_(None))
    )
    query = (
        select(col(CareCaseRow.id))
        .where(
            *conditions,
            col(CareCaseRow.id).not_in(with_a_post.where(col(CaseThreadRow.case_id) == col(CareCaseRow.id))),
            col(CareCaseRow.closed_at).is_(None),
            col(CareCaseRow.waiver).is_(None),
        )
        .order_by(col(CareCaseRow.id))
    )
    return [case_id for case_id in session.execute(query).scalars() if case_id is not None]


def _has_public_thread() -> ColumnElement[bool]:
    public = select(col(CaseThreadRow.case_id)).where(col(CaseThreadRow.leg) == Side.PUBLIC.value)
    return col(CareCaseRow.id).in_(public)


def _open_case(session: Session, case_id: int) -> CareCaseRow:
    session.flush()
    case = session.get(CareCaseRow, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise CaseRefusalError(f"There is no case {case_id}.", code="no-such-case", case=case_id)
    if case.closed_at is not None:
        raise CaseRefusalError("The case is closed: reopen it first.", code="case-closed")
    return case
