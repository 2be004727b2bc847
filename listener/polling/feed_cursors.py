"""Which feeds are due, how far each was read, and at which page an interrupted reading continues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from listener.health import paused_accounts
from records.bulk import add_missing
from records.enums import Feed
from records.leases import LEASE, DueRows
from records.tables.listener import FeedCursorRow

_EVER = datetime.min.replace(tzinfo=UTC)
_DUE_AT = select(col(FeedCursorRow.account_id), col(FeedCursorRow.feed), col(FeedCursorRow.poll_due_at)).where(
    col(FeedCursorRow.account_id).in_(bindparam("account_ids", expanding=True))
)
_CURSOR = select(
    col(FeedCursorRow.read_until),
    col(FeedCursorRow.walk_page),
    col(FeedCursorRow.walk_began_at),
    col(FeedCursorRow.walk_served),
    col(FeedCursorRow.walk_oldest_at),
    col(FeedCursorRow.refusal),
    col(FeedCursorRow.refused_at),
).where(col(FeedCursorRow.id) == bindparam("cursor_id"))
_DUE = DueRows(
    FeedCursorRow,
    due=col(FeedCursorRow.poll_due_at),
    where=[col(FeedCursorRow.account_id) == bindparam("of_account"), col(FeedCursorRow.feed) == bindparam("of_feed")],
)
_CHANGE = update(FeedCursorRow).where(
    col(FeedCursorRow.id) == bindparam("cursor_id"), col(FeedCursorRow.claimed_by) == bindparam("claimant")
)


@dataclass(frozen=True, kw_only=True)
class DueFeed:
    """One feed of one account whose time to be read has come."""

    account_id: int
    feed: Feed


@dataclass(frozen=True, kw_only=True)
class PageCursor:
    """Which page of a feed is read next, and what was read before it since the newest page."""

    token: str | None
    """The network's token of the page; None for the newest."""
    began_at: datetime
    """When reading began: what the feed cursor moves to when it ends."""
    served: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FeedCursor:
    """The leased cursor of a feed."""

    id: int
    read_until: datetime | None
    next_page: PageCursor | None = None
    """Of a reading that was cut short; None where the last one ended."""
    refusal: str | None = None
    """Why the network refused this feed the last time."""
    refused_at: datetime | None = None
    """Since when it has refused it."""


def due_feeds(session: Session, feeds_of: Mapping[int, Sequence[Feed]], *, now: datetime) -> list[DueFeed]:
    """The feeds that are due, the longest waiting first, of accounts that are not paused.

    Those that wait equally long come in the order in which each network's feeds are best read. A feed that was never
    read is due; its cursor is made when it is read.
    """
    rows = session.connection().execute(_DUE_AT, {"account_ids": list(feeds_of)})
    due_at = {(account_id, feed): due for account_id, feed, due in rows}
    paused = paused_accounts(session)
    waiting = []
    for account_id, feeds in feeds_of.items():
        for feed in feeds:
            due = due_at.get((account_id, feed.value)) or _EVER
            if due <= now and account_id not in paused:
                waiting.append((due, DueFeed(account_id=account_id, feed=feed)))
    return [each for _, each in sorted(waiting, key=lambda pair: pair[0])]


def in_turns(due: Sequence[DueFeed]) -> list[DueFeed]:
    """The same feeds with accounts taking turns, so that one with many of them holds up nobody."""
    turn_of: dict[int, int] = {}
    turns = []
    for each in due:
        turn = turn_of.get(each.account_id, 0)
        turn_of[each.account_id] = turn + 1
        turns.append((turn, each))
    return [each for _, each in sorted(turns, key=lambda pair: pair[0])]


def lease_feed(session: Session, *, account_id: int, feed: Feed, claimant: str, now: datetime) -> FeedCursor | None:
    """Lease a feed that is due, making its cursor on first use; None where it is not due or another reads it."""
    asked = {"of_account": account_id, "of_feed": feed.value}
    lease = _DUE.claim(session, claimant=claimant, now=now, most=1, **asked)
    if not lease:
        row = {"account_id": account_id, "feed": feed.value, "poll_due_at": now, "walk_served": 0}
        add_missing(session, FeedCursorRow, [row], unique=("account_id", "feed"))
        lease = _DUE.claim(session, claimant=claimant, now=now, most=1, **asked)
    return _cursor(session, lease.ids[0]) if lease else None


def keep_lease(session: Session, cursor: FeedCursor, *, claimant: str, now: datetime) -> bool:
    """Renew the lease; False where another has taken it over."""
    return _change(session, cursor, claimant, {"claimed_until": now + LEASE})


def save_page_cursor(session: Session, cursor: FeedCursor, page: PageCursor | None, *, claimant: str) -> None:
    """Keep which page comes next, whoever reads the feed then; None: the newest."""
    _change(session, cursor, claimant, _page_cursor_values(page))


def release_feed(session: Session, cursor: FeedCursor, *, claimant: str, due_at: datetime) -> None:
    """End the lease, and say when to read again, from the page that was saved."""
    _change(session, cursor, claimant, {"claimed_by": None, "claimed_until": None, "poll_due_at": due_at})


def release_refused_feed(
    session: Session, cursor: FeedCursor, *, claimant: str, due_at: datetime, refusal: str, now: datetime
) -> None:
    """End the lease of a feed that the network refuses, and keep why, and since when."""
    values: dict[str, object] = {"claimed_by": None, "claimed_until": None, "poll_due_at": due_at, "refusal": refusal}
    _change(session, cursor, claimant, values | {"refused_at": cursor.refused_at or now})


def finish_reading(
    session: Session, cursor: FeedCursor, *, claimant: str, due_at: datetime, read_until: datetime
) -> None:
    """End reading and lease; the cursor moves to `read_until`, never backwards."""
    values = {"claimed_by": None, "claimed_until": None, "poll_due_at": due_at, **_page_cursor_values(None)}
    values |= {"refusal": None, "refused_at": None}
    if cursor.read_until is None or read_until > cursor.read_until:
        values["read_until"] = read_until
    _change(session, cursor, claimant, values)


def _cursor(session: Session, cursor_id: int) -> FeedCursor:
    row = session.connection().execute(_CURSOR, {"cursor_id": cursor_id}).one()
    read_until, token, began_at, served, oldest_at, refusal, refused_at = row
    page = None
    if token is not None and began_at is not None:
        page = PageCursor(token=token, began_at=began_at, served=served, oldest_at=oldest_at)
    return FeedCursor(id=cursor_id, read_until=read_until, next_page=page, refusal=refusal, refused_at=refused_at)


def _page_cursor_values(page: PageCursor | None) -> dict[str, object]:
    if page is None:
        return {"walk_page": None, "walk_began_at": None, "walk_served": 0, "walk_oldest_at": None}
    return {
        "walk_page": page.token,
        "walk_began_at": page.began_at,
        "walk_served": page.served,
        "walk_oldest_at": page.oldest_at,
    }


def _change(session: Session, cursor: FeedCursor, claimant: str, values: Mapping[str, object]) -> bool:
    """False where another holds the cursor by now, and nothing was changed."""
    changed = session.connection().execute(_CHANGE, {"cursor_id": cursor.id, "claimant": claimant, **values})
    return changed.rowcount == 1
