"""Spans in which an account could not be read: written down once it can, and closed when they were read after all."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlmodel import Session, col

from listener.health import State
from listener.missed import Missed
from records.nouns import Account
from records.tables.listener import AccountHealthRow, FeedCursorRow, GapRow
from records.words import Feed

SHORTEST = timedelta(minutes=5)
"""Being unreachable for less is ordinary, and the next reading makes it good."""
LATE_AFTER = timedelta(minutes=30)
"""A feed that nobody asked for so long, though it could have been asked, was read late."""


class Cause(StrEnum):
    """As stored in `gap.cause`."""

    BOUND = "bound"
    OUTAGE = "outage"
    LATE = "late"


def note_outage(session: Session, account: Account, *, now: datetime) -> bool:
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


def close_outages(session: Session, *, account_id: int, feed: Feed, read_until: datetime, now: datetime) -> bool:
    """The feed was read up to `read_until`: the outages before then are recovered. Returns whether there were any."""
    closed = session.connection().execute(
        update(GapRow)
        .where(
            col(GapRow.account_id) == account_id,
            col(GapRow.feed) == feed.value,
            col(GapRow.cause) == Cause.OUTAGE.value,
            col(GapRow.recovered_at).is_(None),
            col(GapRow.until) <= read_until,
        )
        .values(recovered_at=now)
    )
    return closed.rowcount > 0


def note_missed(session: Session, *, account_id: int, feed: Feed, missed: Missed) -> None:
    """Write down a span that the network no longer serves."""
    _add(session, account_id, feed.value, missed, Cause.BOUND, None)


def note_late(session: Session, *, account_id: int, feed: Feed, since: datetime, until: datetime) -> None:
    """Write down a span that was read long after it could have been, where it was that long."""
    if until - since <= LATE_AFTER:
        return
    minutes = int((until - since).total_seconds() // 60)
    late = Missed(since=since, until=until, reason=f"The feed was not asked for {minutes} minutes.")
    _add(session, account_id, feed.value, late, Cause.LATE, until)


def note_refused(
    session: Session, *, account_id: int, feed: Feed, since: datetime, until: datetime, reason: str, now: datetime
) -> None:
    """Write down a span that was read late because the network refused the feed."""
    missed = Missed(since=since, until=until, reason=reason)
    _add(session, account_id, feed.value, missed, Cause.OUTAGE, now)


def _was_out(health: AccountHealthRow, now: datetime) -> bool:
    if health.state == State.REFUSED:
        return True
    return health.state == State.UNREACHABLE and now - health.since >= SHORTEST


def _feeds(session: Session, account_id: int) -> list[tuple[str, datetime | None]]:
    query = select(col(FeedCursorRow.feed), col(FeedCursorRow.read_until)).where(
        col(FeedCursorRow.account_id) == account_id
    )
    return [(feed, read_until) for feed, read_until in session.connection().execute(query)]


def _open_or_widen(
    session: Session, account_id: int, feed: str, *, since: datetime, now: datetime, reason: str
) -> None:
    widened = session.connection().execute(
        update(GapRow)
        .where(
            col(GapRow.account_id) == account_id,
            col(GapRow.feed) == feed,
            col(GapRow.cause) == Cause.OUTAGE.value,
            col(GapRow.recovered_at).is_(None),
        )
        .values(until=now)
    )
    if not widened.rowcount:
        _add(session, account_id, feed, Missed(since=since, until=now, reason=reason), Cause.OUTAGE, None)


def _add(
    session: Session, account_id: int, feed: str, missed: Missed, cause: Cause, recovered_at: datetime | None
) -> None:
    session.add(
        GapRow(
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
