"""One case with its person and its threads, found by reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from records.enums import CaseStatus
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.people import IdentityLinkRow, IdentityRow
from records.tables.service import AgentRow

_LONGEST_REFERENCE = 40


@dataclass(frozen=True, kw_only=True)
class CaseThread:
    """One thread of a case."""

    account_id: int
    side: str
    """`public` or `private`."""
    root_external_id: str
    mention_id: int | None


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """A case and its person."""

    id: int
    reference: str
    brand: str
    status: str
    queue: str
    priority: str
    harm: bool
    exposure: float
    exposure_as_of: datetime | None
    waiting_since: datetime | None
    respond_by: datetime | None
    first_responded_at: datetime | None
    late_because: str | None
    """`outage` where the clock ran while the network could not be read."""
    handed_over_at: datetime | None
    handed_over_note: str
    assignee_id: int | None
    assignee: str
    opened_at: datetime
    public_closed_at: datetime | None
    waiver: str | None
    closed_at: datetime | None
    private_state: str
    """A `PrivateState`."""
    private_waiting_since: datetime | None
    """Since when the person waits for an answer in private."""
    close_by: datetime | None
    """When the public closing line is due."""
    reopened: bool
    """True where the person came back after the case was closed."""
    private_since: datetime | None
    solved_at: datetime | None
    identity_id: int
    network: str
    handle: str
    display_name: str
    biography: str
    reach: int
    on_file: bool
    """True where a proof ties the handle to a customer record."""
    threads: tuple[CaseThread, ...]

    @property
    def owes_public_closing(self) -> bool:
        """True where it went private, and its closing line in public is neither sent nor waived."""
        return self.status == CaseStatus.PRIVATE and self.public_closed_at is None and not self.waiver


def case_by_reference(session: Session, reference: str) -> CaseHead | None:
    """The case with this reference, however it is typed; None where there is none."""
    row = session.execute(
        select(CareCaseRow, IdentityRow, col(AgentRow.name))
        .join(IdentityRow, col(IdentityRow.id) == col(CareCaseRow.identity_id))
        .outerjoin(AgentRow, col(AgentRow.id) == col(CareCaseRow.assignee_id))
        .where(col(CareCaseRow.reference) == typed_reference(reference))
    ).first()
    if row is None:
        return None
    case, identity, assignee = row
    return CaseHead(
        id=case.id,
        reference=case.reference,
        brand=case.brand,
        status=case.status,
        queue=case.queue,
        priority=case.priority,
        harm=case.harm,
        exposure=case.exposure,
        exposure_as_of=case.exposure_as_of,
        waiting_since=case.waiting_since,
        respond_by=case.respond_by,
        first_responded_at=case.first_responded_at,
        late_because=case.late_because,
        handed_over_at=case.handed_over_at,
        handed_over_note=case.handed_over_note,
        assignee_id=case.assignee_id,
        assignee=assignee or "",
        opened_at=case.opened_at,
        public_closed_at=case.public_closed_at,
        waiver=case.waiver,
        closed_at=case.closed_at,
        private_state=case.private_state,
        private_waiting_since=case.private_waiting_since,
        close_by=case.close_by,
        reopened=case.reopened_at is not None,
        private_since=case.private_since,
        solved_at=case.solved_at,
        identity_id=identity.id,
        network=identity.network,
        handle=identity.handle,
        display_name=identity.display_name,
        biography=identity.biography,
        reach=identity.reach,
        on_file=_on_file(session, identity.id),
        threads=_threads(session, case.id),
    )


def typed_reference(typed: str) -> str:
    """A reference as it is stored: capitals, digits and hyphens; whatever else was typed is left out."""
    marks = typed[:_LONGEST_REFERENCE].upper()
    return "".join(mark for mark in marks if mark.isascii() and (mark.isalnum() or mark == "-"))


def _threads(session: Session, case_id: int, most: int = 50) -> tuple[CaseThread, ...]:
    rows = session.execute(
        select(CaseThreadRow)
        .where(col(CaseThreadRow.case_id) == case_id)
        .order_by(col(CaseThreadRow.joined_at).desc(), col(CaseThreadRow.id).desc())
        .limit(most)
    ).scalars()
    return tuple(
        CaseThread(
            account_id=row.account_id, side=row.leg, root_external_id=row.root_external_id, mention_id=row.mention_id
        )
        for row in rows
    )


def _on_file(session: Session, identity_id: int) -> bool:
    proved = select(col(IdentityLinkRow.id)).where(
        col(IdentityLinkRow.identity_id) == identity_id, col(IdentityLinkRow.withdrawn_at).is_(None)
    )
    return session.execute(proved.limit(1)).first() is not None
