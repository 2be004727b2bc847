"""The latest post of each case, and campaigns: cases whose latest posts are near-duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, Subquery, and_, case, cast, func, literal, or_, select
from sqlmodel import Session, col

from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRevisionRow, MentionRow
from records.tables.service import AssessmentRow, DecisionRow

EXCERPT = 400
SMALLEST_CAMPAIGN = 3
"""Fewer cases than this are not grouped: two people may well write the same."""
_MAX_POSTS = 2_000


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
        .limit(_MAX_POSTS)
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


def grouped_by_campaign(conditions: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]]) -> Subquery:
    """`case_id`, `size` and `campaign` of the rows that the queue shows for the open cases under `conditions`.

    Of at least SMALLEST_CAMPAIGN cases of one brand whose latest posts are near-duplicates, the first in `order`
    represents them all. Cases in the harm lane are never grouped.
    """
    latest = _newest_post_per_case()
    campaign = _grouping_key(latest)
    group = (col(CareCaseRow.brand), campaign)
    ranked = (
        select(
            col(CareCaseRow.id).label("case_id"),
            campaign.label("campaign"),
            func.count().over(partition_by=group).label("size"),
            func.row_number().over(partition_by=group, order_by=order).label("place"),
        )
        .outerjoin(latest, and_(latest.c.case_id == col(CareCaseRow.id), latest.c.place == 1))
        .where(*conditions)
        .subquery()
    )
    many = ranked.c.size >= SMALLEST_CAMPAIGN
    shown = select(
        ranked.c.case_id,
        func.coalesce(_where(many, ranked.c.size), 1).label("size"),
        ranked.c.campaign,
    ).where(or_(~many, ranked.c.place == 1))
    return shown.subquery()


def ungrouped(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """The same columns, with every case under `conditions` in a row of its own."""
    alone = select(  # type: ignore[var-annotated]
        col(CareCaseRow.id).label("case_id"), literal(1, Integer).label("size"), literal("", String).label("campaign")
    )
    return alone.where(*conditions).subquery()


def cases_in_campaign(campaign: str) -> Select[int]:
    """Ids of the cases whose latest post belongs to this campaign."""
    latest = _newest_post_per_case()
    return select(latest.c.case_id).where(latest.c.place == 1, latest.c.campaign == campaign)


def _grouping_key(latest: Subquery) -> ColumnElement[str]:
    """The value by which cases are grouped: the campaign of the latest post, or the case's own number."""
    alone: ColumnElement[str] = literal("case ", String) + cast(col(CareCaseRow.id), String)
    groups = and_(col(CareCaseRow.harm).is_(False), latest.c.campaign != "")
    return func.coalesce(_where(groups, latest.c.campaign), alone)


def _newest_post_per_case() -> Subquery:
    newest_first = (col(MentionRow.published_at).desc(), col(MentionRow.id).desc())
    return (
        select(
            col(CaseThreadRow.case_id).label("case_id"),
            _campaign().label("campaign"),
            func.row_number().over(partition_by=col(CaseThreadRow.case_id), order_by=newest_first).label("place"),
        )
        .join(
            CareCaseRow, and_(col(CareCaseRow.id) == col(CaseThreadRow.case_id), col(CareCaseRow.closed_at).is_(None))
        )
        .join(MentionRow, col(MentionRow.id) == col(CaseThreadRow.mention_id))
        .join(
            MentionRevisionRow,
            and_(
                col(MentionRevisionRow.mention_id) == col(MentionRow.id),
                col(MentionRevisionRow.superseded_at).is_(None),
            ),
        )
        .where(col(CaseThreadRow.leg) == "public")
        .subquery()
    )


def _campaign() -> ColumnElement[str]:
    """The number of the first of the near-duplicate texts; empty where the text was erased."""
    first = func.coalesce(col(MentionRevisionRow.copy_of), col(MentionRevisionRow.id))
    return case((col(MentionRevisionRow.text_digest) == "", ""), else_=cast(first, String))


def _where(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((condition, value), else_=None)
