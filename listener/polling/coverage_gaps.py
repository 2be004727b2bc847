"""Coverage gaps: spans of time that were not read, or were read late, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from listener.health import AccountState
from networks.protocol import FeedBounds
from records.enums import Feed
from records.models import Account
from records.tables.listener import AccountHealthRow, CoverageGapRow, FeedCursorRow

SHORTEST_OUTAGE = timedelta(minutes=5)
"""A shorter outage leaves no gap: the next reading serves what was published meanwhile."""
LATE_AFTER = timedelta(minutes=30)
"""A feed that could have been asked, and was not for longer than this, was read late."""
_A_PAGE = 100


class GapCause(StrEnum):
    """As stored in `gap.cause`."""

    BOUND = "bound"
    OUTAGE = "outage"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class CoverageGap:
    """A span of time of one feed that was not read, or was read late."""

    since: datetime
    until: datetime
    reason: str


_OPEN_OUTAGES = (
    col(CoverageGapRow.account_id) == bindparam("of_account"),
    col(CoverageGapRow.feed) == bindparam("of_feed"),
    col(CoverageGapRow.cause) == GapCause.OUTAGE.value,
    col(CoverageGapRow.recovered_at).is_(None),
)
_WIDEN = update(CoverageGapRow).where(*_OPEN_OUTAGES)
_CLOSE = update(CoverageGapRow).where(*_OPEN_OUTAGES, col(CoverageGapRow.until) <= bindparam("read_until"))
_FEEDS = select(col(FeedCursorRow.feed), col(FeedCursorRow.read_until)).where(
    col(FeedCursorRow.account_id) == bindparam("of_account")
)


def unserved_span(
    bounds: FeedBounds, *, read_until: datetime | None, now: datetime, served: int, oldest: datetime | None
) -> CoverageGap | None:
    """The span between where reading stopped the last time and the oldest post that could be served now.

    `served` posts came in this reading, the oldest published at `oldest`. The first reading leaves no gap.
    """
    if read_until is None:
        return None
    if bounds.furthest_back is not None and read_until < now - bounds.furthest_back:
        days = bounds.furthest_back.days
        return CoverageGap(
            since=read_until, until=now - bounds.furthest_back, reason=f"The network serves {days} days at most."
        )
    most = bounds.most_posts
    # Posts withheld from us count towards the bound, so that a reading may end a little below it.
    if most is not None and oldest is not None and oldest > read_until and most - _A_PAGE < served <= most:
        return CoverageGap(since=read_until, until=oldest, reason=f"The network serves the last {most} posts at most.")
    return None


def record_outage(session: Session, account: Account, *, now: datetime) -> bool:
    """The account answers again: where it did not for long, write a gap for each of its feeds.

    A gap of an earlier outage that is still unread grows instead. To be called before the new state is written.
    Returns whether there was an outage.
    """
    health = session.get(AccountHealthRow, account.id, populate_existing=True)
    if health is None or not _was_out(health, now):
        return False
    feeds = session.connection().execute(_FEEDS, {"of_account": account.id}).all()
    for feed, read_until in feeds:
        since = read_until or account.connected_at
        if since < now:
            _open_or_widen(session, account.id, feed, CoverageGap(since=since, until=now, reason=health.reason))
    return True


def close_outage_gaps(session: Session, *, account_id: int, feed: Feed, read_until: datetime, now: datetime) -> bool:
    """The feed was read up to `read_until`: outages before then are recovered. Returns whether there were any."""
    asked = {"of_account": account_id, "of_feed": feed.value, "read_until": read_until}
    return session.connection().execute(_CLOSE, {**asked, "recovered_at": now}).rowcount > 0


def record_unserved(session: Session, *, account_id: int, feed: Feed, gap: CoverageGap) -> None:
    """Write down a span that the network no longer serves."""
    _add(session, account_id, feed.value, gap, GapCause.BOUND, None)


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
    gap = CoverageGap(since=since, until=until, reason=reason)
    _add(session, account_id, feed.value, gap, GapCause.OUTAGE, now)


def _was_out(health: AccountHealthRow, now: datetime) -> bool:
    if health.state == AccountState.REFUSED:
        return True
    return health.state == AccountState.UNREACHABLE and now - health.since >= SHORTEST_OUTAGE


def _open_or_widen(session: Session, account_id: int, feed: str, gap: CoverageGap) -> None:
    asked = {"of_account": account_id, "of_feed": feed}
    if not session.connection().execute(_WIDEN, {**asked, "until": gap.until}).rowcount:
        _add(session, account_id, feed, gap, GapCause.OUTAGE, None)


def _add(
    session: Session, account_id: int, feed: str, gap: CoverageGap, cause: GapCause, recovered_at: datetime | None
) -> None:
    session.add(
        CoverageGapRow(
            account_id=account_id,
            feed=feed,
            since=gap.since,
            until=gap.until,
            reason=gap.reason,
            cause=cause.value,
            recovered_at=recovered_at,
        )
    )
    session.flush()
