"""Posts that a rule proposes to hide and that nobody has decided on yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from dashboard.reads.latest_posts import EXCERPT
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.service import DecisionRow

MOST = 10


@dataclass(frozen=True, kw_only=True)
class HideQuestion:
    """One such post."""

    decision_id: int
    reference: str
    brand: str
    handle: str
    post_text: str
    """The beginning of the post."""
    at: datetime
    reasons: tuple[str, ...]


def hide_questions(session: Session, *, most: int = MOST) -> tuple[tuple[HideQuestion, ...], int]:
    """The newest `most` of them in open cases, and how many there are; deleted and hidden posts are left out."""
    live = and_(
        col(MentionRevisionRow.mention_id) == col(MentionRow.id), col(MentionRevisionRow.superseded_at).is_(None)
    )
    leg = and_(
        col(CaseThreadRow.mention_id) == col(DecisionRow.mention_id),
        col(CaseThreadRow.account_id) == col(DecisionRow.account_id),
    )
    asked = (
        select(
            col(DecisionRow.id),
            col(CareCaseRow.reference),
            col(CareCaseRow.brand),
            col(IdentityRow.handle),
            func.substr(col(MentionRevisionRow.text), 1, EXCERPT),
            col(MentionRow.published_at),
            col(DecisionRow.reasons),
        )
        .join(MentionRow, col(MentionRow.id) == col(DecisionRow.mention_id))
        .join(MentionRevisionRow, live)
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .join(CaseThreadRow, leg)
        .join(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .where(
            col(DecisionRow.propose_hide).is_(True),
            col(DecisionRow.superseded_at).is_(None),
            col(MentionRow.hidden_at).is_(None),
            col(MentionRow.deleted_at).is_(None),
            col(CareCaseRow.closed_at).is_(None),
        )
    )
    total = session.execute(select(func.count()).select_from(asked.subquery())).scalar_one()
    rows = session.execute(asked.order_by(col(DecisionRow.id).desc()).limit(most))
    found = tuple(
        HideQuestion(
            decision_id=number,
            reference=reference,
            brand=brand,
            handle=handle,
            post_text=text,
            at=at,
            reasons=tuple(why),
        )
        for number, reference, brand, handle, text, at, why in rows
    )
    return found, int(total)
