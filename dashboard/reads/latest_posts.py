"""The latest post of the person in each of some cases: what a row of the queue is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from records.tables.cases import CaseThreadRow
from records.tables.listener import MentionRevisionRow, MentionRow
from records.tables.service import AssessmentRow, DecisionRow

EXCERPT = 400
_MOST_LEGS = 2_000


@dataclass(frozen=True, kw_only=True)
class LatestPost:
    """The beginning of a post, and what was found and decided about it."""

    mention_id: int
    account_id: int
    text: str
    """At most the first few hundred characters."""
    published_at: datetime
    language: str
    intent: str
    rule: str
    reasons: tuple[str, ...]


def latest_posts(session: Session, case_ids: Sequence[int]) -> dict[int, LatestPost]:
    """By case; cases without a public post are left out."""
    decided = and_(
        col(DecisionRow.mention_id) == col(CaseThreadRow.mention_id),
        col(DecisionRow.account_id) == col(CaseThreadRow.account_id),
        col(DecisionRow.superseded_at).is_(None),
    )
    judged = and_(
        col(AssessmentRow.mention_id) == col(CaseThreadRow.mention_id), col(AssessmentRow.superseded_at).is_(None)
    )
    live = and_(
        col(MentionRevisionRow.mention_id) == col(MentionRow.id), col(MentionRevisionRow.superseded_at).is_(None)
    )
    rows = session.execute(
        select(
            col(CaseThreadRow.case_id),
            col(CaseThreadRow.account_id),
            col(MentionRow.id),
            col(MentionRow.published_at),
            func.substr(col(MentionRevisionRow.text), 1, EXCERPT),
            col(AssessmentRow.language),
            col(AssessmentRow.intent),
            col(DecisionRow.rule),
            col(DecisionRow.reasons),
        )
        .join(MentionRow, col(MentionRow.id) == col(CaseThreadRow.mention_id))
        .join(MentionRevisionRow, live)
        .outerjoin(AssessmentRow, judged)
        .outerjoin(DecisionRow, decided)
        .where(col(CaseThreadRow.case_id).in_(case_ids), col(CaseThreadRow.leg) == "public")
        .order_by(col(MentionRow.published_at))
        .limit(_MOST_LEGS)
    )
    return {
        case_id: LatestPost(
            mention_id=mention_id,
            account_id=account_id,
            text=text,
            published_at=published_at,
            language=language or "und",
            intent=intent or "",
            rule=rule or "",
            reasons=tuple(reasons or ()),
        )
        for case_id, account_id, mention_id, published_at, text, language, intent, rule, reasons in rows
    }
