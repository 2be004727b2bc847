"""Which posts a feed is asked about: the threads in which somebody waits, and our own posts that may be quoted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from cases.standing import Leg
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import OwnPostRow
from records.words import Feed

MOST = 100
QUOTED_WITHIN = timedelta(days=7)
"""Searches go no further back."""


def subjects_of(session: Session, account_id: int, feed: Feed, *, now: datetime) -> tuple[str, ...]:
    """The network's ids of up to a hundred posts, the newest first; empty for feeds that are about no post."""
    if feed is Feed.THREADS:
        return _open_threads(session, account_id)
    if feed is Feed.QUOTES:
        return _own_posts(session, account_id, since=now - QUOTED_WITHIN)
    return ()


def _open_threads(session: Session, account_id: int) -> tuple[str, ...]:
    query = (
        select(col(CaseThreadRow.root_external_id))
        .join(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .where(
            col(CaseThreadRow.account_id) == account_id,
            col(CaseThreadRow.leg) == Leg.PUBLIC.value,
            col(CareCaseRow.closed_at).is_(None),
        )
        .group_by(col(CaseThreadRow.root_external_id))
        .order_by(func.max(col(CaseThreadRow.joined_at)).desc(), col(CaseThreadRow.root_external_id))
        .limit(MOST)
    )
    return tuple(session.execute(query).scalars())


def _own_posts(session: Session, account_id: int, *, since: datetime) -> tuple[str, ...]:
    query = (
        select(col(OwnPostRow.external_id))
        .where(col(OwnPostRow.account_id) == account_id, col(OwnPostRow.published_at) >= since)
        # Posts that stand by themselves are quoted more often than answers.
        .order_by(col(OwnPostRow.parent_external_id).is_not(None), col(OwnPostRow.published_at).desc())
        .limit(MOST)
    )
    return tuple(session.execute(query).scalars())
