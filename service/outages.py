"""Which mentions were published while their account could not hear."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from cases.standing import OUTAGE
from records.tables.listener import GapRow
from service.standing import Standing


def published_in_an_outage(session: Session, standings: Sequence[Standing]) -> frozenset[int]:
    """The `mention_account_id` of those whose account was cut off from its network when they were published."""
    if not standings:
        return frozenset()
    moments = [standing.published_at for standing in standings]
    query = select(col(GapRow.account_id), col(GapRow.since), col(GapRow.until)).where(
        col(GapRow.account_id).in_({standing.account_id for standing in standings}),
        col(GapRow.cause) == OUTAGE,
        col(GapRow.since) <= max(moments),
        col(GapRow.until) >= min(moments),
    )
    gaps = [(account_id, since, until) for account_id, since, until in session.execute(query)]
    return frozenset(
        standing.mention_account_id
        for standing in standings
        if any(
            account_id == standing.account_id and since <= standing.published_at <= until
            for account_id, since, until in gaps
        )
    )
