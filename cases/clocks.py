"""The clocks of a case: who waits, since when, and what stops the waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, case, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cases.state import CaseEvent, Side, status_after
from records.enums import CaseStatus, Priority
from records.models import Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow

_CASES_A_STATEMENT = 1000
_OPEN_STATUSES = [status for status in CaseStatus if status is not CaseStatus.CLOSED]


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A case whose first answer is overdue."""

    case_id: int
    reference: str
    brand: str
    priority: Priority
    respond_by: datetime
    late_because: str | None = None
    """`outage` where the network could not be read when the clock began; no agent's delay."""


def answered_in_public(
    session: Session,
    case_ids: Sequence[int],
    *,
    actor: Actor,  # noqa: ARG001 - every change names who makes it; the caller's log entry does
    now: datetime,
) -> None:
    """Stop the clocks of `case_ids`: nobody waits in public any more. Closed cases stay as they are."""
    for start in range(0, len(case_ids), _CASES_A_STATEMENT):
        session.execute(
            update(CareCaseRow)
            .where(
                col(CareCaseRow.id).in_(case_ids[start : start + _CASES_A_STATEMENT]),
                col(CareCaseRow.closed_at).is_(None),
            )
            .values(
                status=_after(CaseEvent.ANSWERED),
                waiting_since=None,
                exposure=0.0,
                exposure_as_of=now,
                first_responded_at=func.coalesce(col(CareCaseRow.first_responded_at), now),
            )
        )


def closed_in_public(session: Session, case_id: int, *, actor: Actor, now: datetime) -> None:
    """The public closing line of the case was sent: it may be closed, and nobody waits in public."""
    answered_in_public(session, [case_id], actor=actor, now=now)
    session.execute(
        update(CareCaseRow)
        .where(col(CareCaseRow.id) == case_id, col(CareCaseRow.closed_at).is_(None))
        .values(public_closed_at=now, close_by=None)
    )


def went_private(
    session: Session,
    case_id: int,
    *,
    actor: Actor,  # noqa: ARG001 - every change names who makes it; the caller's log entry does
    now: datetime,
) -> None:
    """The case has a private side: from now on it owes a public closing line, whatever was said before.

    That counts as a first answer. The public clock runs on until something is said in public.
    """
    anew = col(CareCaseRow.status) != CaseStatus.PRIVATE.value
    session.execute(
        update(CareCaseRow)
        .where(col(CareCaseRow.id) == case_id, col(CareCaseRow.closed_at).is_(None))
        .values(
            status=_after(CaseEvent.WENT_PRIVATE),
            first_responded_at=func.coalesce(col(CareCaseRow.first_responded_at), now),
            public_closed_at=case((anew, None), else_=col(CareCaseRow.public_closed_at)),
            waiver=case((anew, None), else_=col(CareCaseRow.waiver)),
        )
    )


def nobody_waits(
    session: Session,
    mention_ids: Sequence[int],
    *,
    actor: Actor,  # noqa: ARG001 - every change names who makes it; the caller's log entry does
    now: datetime,
) -> list[int]:
    """These mentions are gone: stop the clocks of their open cases in which the person has no other public post.

    Nothing counts as answered by that. Returns the ids of those cases.
    """
    ids: list[int] = []
    for start in range(0, len(mention_ids), _CASES_A_STATEMENT):
        part = mention_ids[start : start + _CASES_A_STATEMENT]
        ids += [case_id or 0 for case_id in session.execute(_cases_left_without_a_post(part)).scalars()]
    for start in range(0, len(ids), _CASES_A_STATEMENT):
        session.execute(
            update(CareCaseRow)
            .where(col(CareCaseRow.id).in_(ids[start : start + _CASES_A_STATEMENT]))
            .values(waiting_since=None, respond_by=None, exposure=0.0, exposure_as_of=now)
            .execution_options(synchronize_session=False)
        )
    return ids


def breaches(session: Session, *, now: datetime) -> tuple[Breach, ...]:
    """Open cases whose first answer is overdue, the longest overdue first."""
    overdue = (
        select(CareCaseRow)
        .where(
            col(CareCaseRow.closed_at).is_(None),
            col(CareCaseRow.first_responded_at).is_(None),
            col(CareCaseRow.respond_by) <= now,
        )
        .order_by(col(CareCaseRow.respond_by), col(CareCaseRow.id))
    )
    return tuple(_breach(row) for row in session.execute(overdue).scalars())


def _cases_left_without_a_post(mention_ids: Sequence[int]) -> Executable:
    gone = aliased(MentionRow)
    concerned = (
        select(col(CaseThreadRow.case_id))
        .join(gone, (col(gone.root_external_id) == col(CaseThreadRow.root_external_id)))
        .where(col(gone.id).in_(mention_ids), col(CaseThreadRow.leg) == Side.PUBLIC.value)
    )
    still_there = (
        select(col(MentionRow.id))
        .join(CaseThreadRow, col(CaseThreadRow.root_external_id) == col(MentionRow.root_external_id))
        .where(
            col(CaseThreadRow.case_id) == col(CareCaseRow.id),
            col(CaseThreadRow.leg) == Side.PUBLIC.value,
            col(MentionRow.identity_id) == col(CareCaseRow.identity_id),
            col(MentionRow.deleted_at).is_(None),
            col(MentionRow.id).not_in(mention_ids),
        )
    )
    authors = select(col(MentionRow.identity_id)).where(col(MentionRow.id).in_(mention_ids))
    return (
        select(col(CareCaseRow.id))
        .where(
            col(CareCaseRow.id).in_(concerned),
            col(CareCaseRow.identity_id).in_(authors),
            col(CareCaseRow.closed_at).is_(None),
            col(CareCaseRow.waiting_since).is_not(None),
            ~still_there.exists(),
        )
        .order_by(col(CareCaseRow.id))
    )


def _after(event: CaseEvent) -> object:
    return case(
        {status.value: status_after(status, event).value for status in _OPEN_STATUSES},
        value=col(CareCaseRow.status),
        else_=col(CareCaseRow.status),
    )


def _breach(row: CareCaseRow) -> Breach:
    if row.id is None or row.respond_by is None:
        raise ValueError("A case that was never stored cannot be overdue.")
    return Breach(
        case_id=row.id,
        reference=row.reference,
        brand=row.brand,
        priority=Priority(row.priority),
        respond_by=row.respond_by,
        late_because=row.late_because,
    )
