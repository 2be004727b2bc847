"""Cases whose latest posts say the same, or nearly: a campaign is one row of the queue, and not a hundred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, Subquery, and_, case, cast, func, literal, or_, select
from sqlmodel import col

from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRevisionRow, MentionRow

FEWEST = 3
"""Fewer copies than this stand in rows of their own: two people may well say the same."""


def copies_among(conditions: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]]) -> Subquery:
    """`case_id`, `copies` and `alike` of the rows that the queue shows for the open cases under `conditions`.

    Of at least FEWEST cases of one brand whose latest posts are copies, the first in `order` stands for all. Cases
    in the harm lane always stand for themselves.
    """
    latest = _latest_posts()
    says = case_says(latest)
    group = (col(CareCaseRow.brand), says)
    ranked = (
        select(
            col(CareCaseRow.id).label("case_id"),
            says.label("alike"),
            func.count().over(partition_by=group).label("size"),
            func.row_number().over(partition_by=group, order_by=order).label("place"),
        )
        .outerjoin(latest, and_(latest.c.case_id == col(CareCaseRow.id), latest.c.place == 1))
        .where(*conditions)
        .subquery()
    )
    many = ranked.c.size >= FEWEST
    shown = select(
        ranked.c.case_id,
        func.coalesce(_where(many, ranked.c.size), 1).label("copies"),
        ranked.c.alike,
    ).where(or_(~many, ranked.c.place == 1))
    return shown.subquery()


def each_alone(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """The same columns, with every case under `conditions` in a row of its own."""
    alone = select(  # type: ignore[var-annotated]
        col(CareCaseRow.id).label("case_id"), literal(1, Integer).label("copies"), literal("", String).label("alike")
    )
    return alone.where(*conditions).subquery()


def saying(wave: str) -> Select[int]:
    """Ids of the cases whose latest post is of this wave of copies."""
    latest = _latest_posts()
    return select(latest.c.case_id).where(latest.c.place == 1, latest.c.wave == wave)


def case_says(latest: Subquery) -> ColumnElement[str]:
    """What a case is grouped by: the wave that its latest post belongs to, or itself alone."""
    alone: ColumnElement[str] = literal("case ", String) + cast(col(CareCaseRow.id), String)
    groups = and_(col(CareCaseRow.harm).is_(False), latest.c.wave != "")
    return func.coalesce(_where(groups, latest.c.wave), alone)


def _latest_posts() -> Subquery:
    newest_first = (col(MentionRow.published_at).desc(), col(MentionRow.id).desc())
    return (
        select(
            col(CaseThreadRow.case_id).label("case_id"),
            _wave().label("wave"),
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


def _wave() -> ColumnElement[str]:
    """The number of the first text that says the same or nearly; empty where the text was erased."""
    first = func.coalesce(col(MentionRevisionRow.copy_of), col(MentionRevisionRow.id))
    return case((col(MentionRevisionRow.text_digest) == "", ""), else_=cast(first, String))


def _where(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((condition, value), else_=None)
