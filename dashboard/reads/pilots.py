"""The pilot of a brand: its report, and the posts on which people decided otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from records.enums import Action
from records.models import Brand
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.rules import PilotRow, PilotVerdictRow
from service.brands.rulebook_versions import stored_source
from service.deciding.brand_reader import midnight
from service.desk.agents import agent_names
from service.pilots.report import PilotReport, disagreements, newest_pilot, report_on

MOST_DISAGREEMENTS = 20
EXCERPT = 400


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """One post with which people did something else than the pilot would have done."""

    verdict_id: int
    reference: str
    """Of its case; empty where it has none, as a post that is only listened to."""
    handle: str
    post_text: str
    """The beginning of the post."""
    rule: str
    action: str
    text: str
    """The public text that it would have sent."""
    people_did: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class PilotView:
    """The pilot of a brand that runs, or else the last one that ran."""

    brand: str
    rulebook: str
    version: str
    mode: str
    share: float
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    ended_because: str
    ended_by: str
    least_agreement: float
    least_compared: int
    most_invitations: int
    invitations_today: int
    """People whom it would have moved, or has moved, to private since the brand's midnight."""
    report: PilotReport
    disagreements: tuple[Disagreement, ...]


def pilot_of(session: Session, brand: Brand, *, now: datetime) -> PilotView | None:
    """How the newest pilot of `brand` does; None where none ever ran."""
    row = newest_pilot(session, brand.name)
    if row is None:
        return None
    names = agent_names(session, [row.started_by, row.ended_by])
    return PilotView(
        brand=brand.name,
        rulebook=stored_source(session, row.version).name,
        version=row.version,
        mode=row.mode,
        share=row.share,
        started_by=names.get(row.started_by, row.started_by),
        started_at=row.started_at,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        ended_by=names.get(row.ended_by, row.ended_by),
        least_agreement=row.least_agreement,
        least_compared=row.least_compared,
        most_invitations=row.most_invitations,
        invitations_today=_invitations(session, row, midnight(now, brand.timezone)),
        report=report_on(session, row),
        disagreements=_shown(session, disagreements(session, row, most=MOST_DISAGREEMENTS)),
    )


def _invitations(session: Session, row: PilotRow, since: datetime) -> int:
    query = select(func.count()).where(
        col(PilotVerdictRow.pilot_id) == row.id,
        col(PilotVerdictRow.made_at) >= since,
        col(PilotVerdictRow.action) == Action.MOVE_PRIVATE,
    )
    return int(session.execute(query).scalar_one())


def _shown(session: Session, verdicts: Iterable[PilotVerdictRow]) -> tuple[Disagreement, ...]:
    found = list(verdicts)
    posts = _posts(session, [each.mention_id for each in found])
    return tuple(
        Disagreement(
            verdict_id=each.id or 0,
            reference=reference,
            handle=handle,
            post_text=asked,
            rule=each.rule,
            action=each.action,
            text=each.text,
            people_did=each.done or "",
            made_at=each.made_at,
        )
        for each in found
        for handle, asked, reference in [posts.get((each.mention_id, each.account_id), ("", "", ""))]
    )


def _posts(session: Session, mention_ids: list[int]) -> Mapping[tuple[int, int], tuple[str, str, str]]:
    """By post and account: handle, beginning of the text, reference of the case."""
    live = and_(
        col(MentionRevisionRow.mention_id) == col(MentionRow.id), col(MentionRevisionRow.superseded_at).is_(None)
    )
    leg = and_(
        col(CaseThreadRow.mention_id) == col(MentionRow.id),
        col(CaseThreadRow.account_id) == col(MentionAccountRow.account_id),
    )
    rows = session.execute(
        select(
            col(MentionRow.id),
            col(MentionAccountRow.account_id),
            col(IdentityRow.handle),
            func.substr(col(MentionRevisionRow.text), 1, EXCERPT),
            func.coalesce(col(CareCaseRow.reference), ""),
        )
        .join(MentionAccountRow, col(MentionAccountRow.mention_id) == col(MentionRow.id))
        .join(MentionRevisionRow, live)
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .outerjoin(CaseThreadRow, leg)
        .outerjoin(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .where(col(MentionRow.id).in_(mention_ids))
        .order_by(col(CareCaseRow.id))
    )
    return {
        (mention_id, account_id): (handle, text, reference) for mention_id, account_id, handle, text, reference in rows
    }
