"""Which feeds are due to be read, and how far each was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from listener.bulk import add_missing
from records.leases import LEASE, claim, still_held
from records.nouns import Feed
from records.tables.listener import FeedCursorRow


@dataclass(frozen=True, kw_only=True)
class DueFeed:
    """One feed of one account whose time to be read has come."""

    account_id: int
    feed: Feed


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The leased cursor of a feed."""

    id: int
    read_until: datetime | None


def due_feeds(session: Session, feeds_of: Mapping[int, Sequence[Feed]], *, now: datetime) -> list[DueFeed]:
    """The feeds that are due, among those that each account's network offers, in the order given.

    A feed that was never read is due; its cursor is made when it is read.
    """
    query = select(col(FeedCursorRow.account_id), col(FeedCursorRow.feed), col(FeedCursorRow.poll_due_at)).where(
        col(FeedCursorRow.account_id).in_(list(feeds_of))
    )
    due_at = {(account_id, feed): due for account_id, feed, due in session.connection().execute(query)}
    wanted = [(account_id, feed) for account_id, feeds in feeds_of.items() for feed in feeds]
    found = []
    for account_id, feed in wanted:
        due = due_at.get((account_id, feed.value))
        if due is None or due <= now:
            found.append(DueFeed(account_id=account_id, feed=feed))
    return found


def lease(session: Session, *, account_id: int, feed: Feed, claimant: str, now: datetime) -> Cursor | None:
    """Lease a feed that is due, making its cursor on first use; None where it is not due or another reads it."""
    row = {"account_id": account_id, "feed": feed.value, "poll_due_at": now}
    add_missing(session, FeedCursorRow, [row], unique=("account_id", "feed"))
    ours = [col(FeedCursorRow.account_id) == account_id, col(FeedCursorRow.feed) == feed.value]
    due = col(FeedCursorRow.poll_due_at)
    ids = claim(session, FeedCursorRow, due=due, where=ours, claimant=claimant, now=now, most=1)
    if not ids:
        return None
    read_until = (
        session.connection()
        .execute(select(col(FeedCursorRow.read_until)).where(col(FeedCursorRow.id) == ids[0]))
        .scalar_one()
    )
    return Cursor(id=ids[0], read_until=read_until)


def keep_lease(session: Session, cursor: Cursor, *, claimant: str, now: datetime) -> bool:
    """Renew the lease; False where another has taken it over."""
    if not still_held(session, FeedCursorRow, [cursor.id], claimant):
        return False
    session.connection().execute(
        update(FeedCursorRow).where(col(FeedCursorRow.id) == cursor.id).values(claimed_until=now + LEASE)
    )
    return True


def give_back(
    session: Session, cursor: Cursor, *, claimant: str, due_at: datetime, read_until: datetime | None = None
) -> None:
    """End the lease and say when to read again; `read_until` moves the cursor, never backwards."""
    values: dict[str, object] = {"claimed_by": None, "claimed_until": None, "poll_due_at": due_at}
    if read_until is not None and (cursor.read_until is None or read_until > cursor.read_until):
        values["read_until"] = read_until
    session.connection().execute(
        update(FeedCursorRow)
        .where(col(FeedCursorRow.id) == cursor.id, col(FeedCursorRow.claimed_by) == claimant)
        .values(**values)
    )


def postpone(session: Session, *, account_id: int, until: datetime) -> None:
    """Read no feed of the account before then."""
    session.connection().execute(
        update(FeedCursorRow).where(col(FeedCursorRow.account_id) == account_id).values(poll_due_at=until)
    )
