"""Coverage gaps: spans of time that were not read, or were read late, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlmodel import Session, col

from listener.health import AccountState
from networks.protocol import FeedBounds
from records.enums import Feed
from records.models import Account
from records.tables.listener import AccountHealthRow, CoverageGapRow, FeedCursorRow

_A_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class CoverageGap:
    """A span that the feed could no longer serve."""

    since: datetime
    until: datetime
    reason: str


def unserved_span(
    bounds: FeedBounds, *, read_until: datetime | None, now: datetime, served: int, oldest: datetime | None
) -> CoverageGap | None:
    """The span between where reading stopped the last time and the oldest that could be served now.

    `served` posts came in this walk, the oldest published at `oldest`. On the first walk nothing counts as missed.
    """
    if read_until is None:
        return None
    if bounds.furthest_back is not None and read_until < now - bounds.furthest_back:
        days = bounds.furthest_back.days
        return CoverageGap(
            since=read_until, until=now - bounds.furthest_back, reason=f"The network serves {days} days at most."
        )
    most = bounds.most_posts
    # Posts withheld from us count towards the bound, so that a walk may end a little below it.
    if most is not None and oldest is not None and oldest > read_until and most - _A_PAGE < served <= most:
        return CoverageGap(since=read_until, until=oldest, reason=f"The network serves the last {most} posts at most.")
    return None


SHORTEST_OUTAGE = timedelta(minutes=5)
"""Being unreachable for less is ordinary, and the next reading makes it good."""
LATE_AFTER = timedelta(minutes=30)
"""A feed that nobody asked for so long, though it could have been asked, was read late."""


class GapCause(StrEnum):
    """As stored in `gap.cause`."""

    BOUND = "bound"
    OUTAGE = "outage"
    LATE = "late"


def record_outage(session: Session, account: Account, *, now: datetime) -> bool:
    """The account answers again: where it had not for long, write a gap for each of its feeds.

    A span that is still unread from an earlier outage grows instead. To be called before the new state is written.
    Returns whether there was an outage.
    """
    health = session.get(AccountHealthRow, account.id, populate_existing=True)
    if health is None or not _was_out(health, now):
        return False
    for feed, read_until in _feeds(session, account.id):
        since = read_until or account.connected_at
        if since < now:
            _open_or_widen(session, account.id, feed, since=since, now=now, reason=health.reason)
    return True


def close_outage_gaps(session: Session, *, account_id: int, feed: Feed, read_until: datetime, now: datetime) -> bool:
    """The feed was read up to `read_until`: the outages before then are recovered. Returns whether there were any."""
    closed = session.connection().execute(
        update(CoverageGapRow)
        .where(
            col(CoverageGapRow.account_id) == account_id,
            col(CoverageGapRow.feed) == feed.value,
            col(CoverageGapRow.cause) == GapCause.OUTAGE.value,
            col(CoverageGapRow.recovered_at).is_(None),
            col(CoverageGapRow.until) <= read_until,
        )
        .values(recovered_at=now)
    )
    return closed.rowcount > 0


def record_unserved(session: Session, *, account_id: int, feed: Feed, missed: CoverageGap) -> None:
    """Write down a span that the network no longer serves."""
    _add(session, account_id, feed.value, missed, GapCause.BOUND, None)


def record_late(session: Session, *, account_id: int, feed: Feed, since: datetime, until: datetime) -> None:
    """Write down a span that was read long after it could have been, where it was that long."""
    if until - since <= LATE_AFTER:
        return
    minutes = int((until - since).total_seconds() // 60)
    late = CoverageGap(since=since, until=until, reason=f"The feed was not asked for {minutes} minutes.")
    _add(session, account_id, feed.value, late, GapCause.LATE, until)


def record_refused(
    session: Session, *, account_id: int, feed: Feed, since: datetime, until: datetime, reason: str, now: datetime
) -> None:
    """Write down a span that was read late because the network refused the feed."""
    missed = CoverageGap(since=since, until=until, reason=reason)
    _add(session, account_id, feed.value, missed, GapCause.OUTAGE, now)


def _was_out(health: AccountHealthRow, now: datetime) -> bool:
    if health.state == AccountState.REFUSED:
        return True
    return health.state == AccountState.UNREACHABLE and now - health.since >= SHORTEST_OUTAGE


def _feeds(session: Session, account_id: int) -> list[tuple[str, datetime | None]]:
    query = select(col(FeedCursorRow.feed), col(FeedCursorRow.read_until)).where(
        col(FeedCursorRow.account_id) == account_id
    )
    return [(feed, read_until) for feed, read_until in session.connection().execute(query)]


def _open_or_widen(
    session: Session, account_id: int, feed: str, *, since: datetime, now: datetime, reason: str
) -> None:
    widened = session.connection().execute(
        update(CoverageGapRow)
        .where(
            col(CoverageGapRow.account_id) == account_id,
            col(CoverageGapRow.feed) == feed,
            col(CoverageGapRow.cause) == GapCause.OUTAGE.value,
            col(CoverageGapRow.recovered_at).is_(None),
        )
        .values(until=now)
    )
    if not widened.rowcount:
        _add(session, account_id, feed, CoverageGap(since=since, until=now, reason=reason), GapCause.OUTAGE, None)


def _add(
    session: Session, account_id: int, feed: str, missed: CoverageGap, cause: GapCause, recovered_at: datetime | None
) -> None:
    session.add(
        CoverageGapRow(
            account_id=account_id,
            feed=feed,
            since=missed.since,
            until=missed.until,
            reason=missed.reason,
            cause=cause.value,
            recovered_at=recovered_at,
        )
    )
    session.flush()
