"""Reads a leased feed back from the newest page, and saves each page with the cursor of the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from listener.budgets import record_budget, record_read_cost, rest_until
from listener.health import AccountState, is_paused, record_health, worked_lately
from listener.ingest.intake import IngestResult, ingest_turn, store_page
from listener.ingest.ports import IngestPorts
from listener.polling.coverage_gaps import (
    close_outage_gaps,
    record_late,
    record_outage,
    record_refused,
    record_unserved,
    unserved_span,
)
from listener.polling.feed_cursors import (
    FeedCursor,
    PageCursor,
    finish_reading,
    keep_lease,
    release_feed,
    save_page_cursor,
)
from networks.errors import Garbled
from networks.protocol import FeedPage, Network
from records.database import writing
from records.enums import Feed
from records.models import Account, Actor

EDITABLE_FOR = timedelta(minutes=30)
"""For so long X lets a post be edited (docs.x.com/x-api/fundamentals/edit-posts)."""


@dataclass(frozen=True, kw_only=True)
class PollTurn:
    """One turn of reading a leased feed."""

    engine: Engine
    network: Network
    account: Account
    feed: Feed
    cursor: FeedCursor
    claimant: str
    actor: Actor
    now: datetime
    overlap: timedelta
    poll_every: timedelta
    about: tuple[str, ...]
    price: float
    most_pages: int | None
    ports: IngestPorts

    @property
    def first_page(self) -> PageCursor:
        """The page with which this turn begins: where the turn before was cut short, or the newest."""
        return self.cursor.next_page or PageCursor(token=None, began_at=self.now)


@dataclass(frozen=True, kw_only=True)
class SavedPage:
    """A page that was stored."""

    stored: IngestResult
    next_page: PageCursor
    ended: bool
    """It was the last page: the feed is read back to where it was read before."""
    released: bool
    """The turn is over, and the lease with it."""
    resting: bool
    """What is left of the endpoint's budget is kept for replies."""


class LeaseLostError(Exception):
    """Another process reads this feed now."""


class EndlessPagesError(Garbled):
    """The network names the same next page for ever: the feed is read from the newest page again."""


def fetch_page(turn: PollTurn, cursor: PageCursor) -> FeedPage:
    """Ask for the page at `cursor`. Raises NetworkError."""
    read_until = turn.cursor.read_until
    page = turn.network.read(
        turn.feed,
        since=None if read_until is None else read_until - turn.overlap,
        until=cursor.began_at,
        page=cursor.token,
        about=turn.about,
    )
    if page.next_page is not None and page.next_page == cursor.token:
        raise EndlessPagesError(
            "The network names the same next page again and again; the feed will be read again later."
        )
    return page


def save_page(turn: PollTurn, page: FeedPage, cursor: PageCursor, *, pages: int) -> SavedPage:
    """Store the page, which was read at `cursor` as the `pages`th of this turn, together with the cursor of the next.

    Raises LeaseLostError.
    """
    moments = _moments(page)
    following = replace(
        cursor,
        token=page.next_page,
        served=cursor.served + len(moments),
        oldest_at=min([*moments, *([cursor.oldest_at] if cursor.oldest_at else [])], default=None),
    )
    ended = page.next_page is None
    rests_until = rest_until(page.budget, network=turn.account.network, now=turn.now)
    turn_over = rests_until is not None or (turn.most_pages is not None and pages >= turn.most_pages)
    with writing(turn.engine, in_turn=ingest_turn(turn.account.network)) as session:
        if not keep_lease(session, turn.cursor, claimant=turn.claimant, now=turn.now):
            raise LeaseLostError
        _record_answer(session, turn, page, moments, first=pages == 1)
        if ended:
            _finish(session, turn, following, rests_until)
        else:
            save_page_cursor(session, turn.cursor, following, claimant=turn.claimant)
            if turn_over:
                release_feed(session, turn.cursor, claimant=turn.claimant, due_at=rests_until or turn.now)
        stored = store_page(
            session,
            account=turn.account,
            feed=turn.feed,
            page=page,
            ports=turn.ports,
            actor=turn.actor,
            now=turn.now,
        )
    return SavedPage(
        stored=stored,
        next_page=following,
        ended=ended,
        released=ended or turn_over,
        resting=rests_until is not None,
    )


def _moments(page: FeedPage) -> list[datetime]:
    moments = [post.published_at for post in page.posts] + [post.published_at for post in page.own]
    return moments + [message.sent_at for message in page.messages]


def _record_answer(session: Session, turn: PollTurn, page: FeedPage, moments: list[datetime], *, first: bool) -> None:
    account = turn.account
    record_budget(session, account_id=account.id, budget=page.budget)
    if moments:
        record_read_cost(session, account_id=account.id, posts=len(moments), price=turn.price, now=turn.now)
    # An account that was refused meanwhile is resumed by an access check alone.
    if first and not worked_lately(session, account.id, now=turn.now) and not is_paused(session, account.id):
        record_outage(session, account, now=turn.now)
        record_health(session, account_id=account.id, state=AccountState.WORKING, reason="", now=turn.now)


def _finish(session: Session, turn: PollTurn, cursor: PageCursor, rests_until: datetime | None) -> None:
    account_id, feed, read_until = turn.account.id, turn.feed, turn.cursor.read_until
    unserved = unserved_span(
        turn.network.bounds(feed),
        read_until=read_until,
        now=cursor.began_at,
        served=cursor.served,
        oldest=cursor.oldest_at,
    )
    if unserved is not None:
        record_unserved(session, account_id=account_id, feed=feed, gap=unserved)
    recovered = close_outage_gaps(session, account_id=account_id, feed=feed, read_until=cursor.began_at, now=turn.now)
    if read_until is not None and not recovered:
        _record_why_late(session, turn, since=read_until, until=cursor.began_at)
    due_at = max(turn.now, cursor.began_at + turn.poll_every, rests_until or turn.now)
    finish_reading(session, turn.cursor, claimant=turn.claimant, due_at=due_at, read_until=_read_until(turn, cursor))


def _read_until(turn: PollTurn, cursor: PageCursor) -> datetime:
    """Up to when everything is read now.

    A post that is edited on X has a new id: while reading is interrupted, it moves from the pages that are still to
    come to those that were read. So after an interruption the feed is read again, as far back as posts could be edited.
    """
    if turn.now - cursor.began_at <= turn.overlap:
        return cursor.began_at
    return max(cursor.began_at - EDITABLE_FOR, turn.cursor.read_until or cursor.began_at - EDITABLE_FOR)


def _record_why_late(session: Session, turn: PollTurn, *, since: datetime, until: datetime) -> None:
    account_id, feed, refusal = turn.account.id, turn.feed, turn.cursor.refusal
    if refusal is None:
        record_late(session, account_id=account_id, feed=feed, since=since, until=until)
        return
    record_refused(session, account_id=account_id, feed=feed, since=since, until=until, reason=refusal, now=turn.now)
