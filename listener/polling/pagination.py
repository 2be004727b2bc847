"""Reads a leased feed back from the newest page, and saves each page with the cursor of the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from listener.budgets import record_budget, record_read_cost, rest_until
from listener.health import AccountState, is_paused, record_health, worked_lately
from listener.ingest.attribution import Attribute
from listener.ingest.intake import IngestResult, OnMentions, ingest_turn, store_page
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
    attribute: Attribute
    on_answered_elsewhere: OnMentions
    on_edited: OnMentions

    @property
    def beginning(self) -> PageCursor:
        """Where this turn begins: where the one before was cut short, or at the newest."""
        return self.cursor.place or PageCursor(page=None, began_at=self.now)


@dataclass(frozen=True, kw_only=True)
class SavedPage:
    """A page that was stored."""

    stored: IngestResult
    place: PageCursor
    ended: bool
    """It was the last of the walk."""
    given_back: bool
    """The turn is over, and the lease with it."""
    resting: bool
    """What is left of the endpoint's budget is kept for replies."""


class LeaseLostError(Exception):
    """Another process reads this feed now."""


class EndlessPagesError(Garbled):
    """The network names the same next page for ever: the walk begins anew."""


def fetch_page(walk: PollTurn, place: PageCursor) -> FeedPage:
    """Ask for the page at `place`. Raises NetworkError."""
    read_until = walk.cursor.read_until
    page = walk.network.read(
        walk.feed,
        since=None if read_until is None else read_until - walk.overlap,
        until=place.began_at,
        page=place.page,
        about=walk.about,
    )
    if page.next_page is not None and page.next_page == place.page:
        raise EndlessPagesError(
            "The network names the same next page again and again; the feed will be read again later."
        )
    return page


def save_page(walk: PollTurn, page: FeedPage, before: PageCursor, *, pages: int) -> SavedPage:
    """Store the page, the `pages`th of this turn, in one transaction with where the walk stands then.

    Raises LeaseLostError.
    """
    moments = _moments(page)
    place = replace(
        before,
        page=page.next_page,
        served=before.served + len(moments),
        oldest_at=min([*moments, *([before.oldest_at] if before.oldest_at else [])], default=None),
    )
    ended = page.next_page is None
    rests_until = rest_until(page.budget, network=walk.account.network, now=walk.now)
    turn_over = rests_until is not None or (walk.most_pages is not None and pages >= walk.most_pages)
    with writing(walk.engine, in_turn=ingest_turn(walk.account.network)) as session:
        if not keep_lease(session, walk.cursor, claimant=walk.claimant, now=walk.now):
            raise LeaseLostError
        _note_answer(session, walk, page, moments, first=pages == 1)
        if ended:
            _end(session, walk, place, rests_until)
        else:
            save_page_cursor(session, walk.cursor, place, claimant=walk.claimant)
            if turn_over:
                release_feed(session, walk.cursor, claimant=walk.claimant, due_at=rests_until or walk.now)
        stored = store_page(
            session,
            account=walk.account,
            feed=walk.feed,
            page=page,
            attribute=walk.attribute,
            on_answered_elsewhere=walk.on_answered_elsewhere,
            on_edited=walk.on_edited,
            actor=walk.actor,
            now=walk.now,
        )
    return SavedPage(
        stored=stored, place=place, ended=ended, given_back=ended or turn_over, resting=rests_until is not None
    )


def _moments(page: FeedPage) -> list[datetime]:
    moments = [post.published_at for post in page.posts] + [post.published_at for post in page.own]
    return moments + [message.sent_at for message in page.messages]


def _note_answer(session: Session, walk: PollTurn, page: FeedPage, moments: list[datetime], *, first: bool) -> None:
    account = walk.account
    record_budget(session, account_id=account.id, budget=page.budget)
    if moments:
        record_read_cost(session, account_id=account.id, posts=len(moments), price=walk.price, now=walk.now)
    # An account that was refused meanwhile is let in again by an access check alone.
    if first and not worked_lately(session, account.id, now=walk.now) and not is_paused(session, account.id):
        record_outage(session, account, now=walk.now)
        record_health(session, account_id=account.id, state=AccountState.WORKING, reason="", now=walk.now)


def _end(session: Session, walk: PollTurn, place: PageCursor, rests_until: datetime | None) -> None:
    account_id, feed, read_until = walk.account.id, walk.feed, walk.cursor.read_until
    missed = unserved_span(
        walk.network.bounds(feed),
        read_until=read_until,
        now=place.began_at,
        served=place.served,
        oldest=place.oldest_at,
    )
    if missed is not None:
        record_unserved(session, account_id=account_id, feed=feed, missed=missed)
    recovered = close_outage_gaps(session, account_id=account_id, feed=feed, read_until=place.began_at, now=walk.now)
    if read_until is not None and not recovered:
        _note_why_late(session, walk, since=read_until, until=place.began_at)
    due_at = max(walk.now, place.began_at + walk.poll_every, rests_until or walk.now)
    finish_reading(session, walk.cursor, claimant=walk.claimant, due_at=due_at, read_until=_reached(walk, place))


def _reached(walk: PollTurn, place: PageCursor) -> datetime:
    """Up to when everything is read now.

    A post that is edited on X has a new id: while a walk stands still, it moves from the pages that are still to come
    to those that were read. So a walk that stood still is walked again, as far back as posts could be edited then.
    """
    if walk.now - place.began_at <= walk.overlap:
        return place.began_at
    return max(place.began_at - EDITABLE_FOR, walk.cursor.read_until or place.began_at - EDITABLE_FOR)


def _note_why_late(session: Session, walk: PollTurn, *, since: datetime, until: datetime) -> None:
    account_id, feed, refusal = walk.account.id, walk.feed, walk.cursor.refusal
    if refusal is None:
        record_late(session, account_id=account_id, feed=feed, since=since, until=until)
        return
    record_refused(session, account_id=account_id, feed=feed, since=since, until=until, reason=refusal, now=walk.now)
