"""Reads one feed of one account back to where it was read the last time, and stores it page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine

from listener.failing import note_failure
from listener.feeds import end_walk, give_back, lease
from listener.health import is_paused
from listener.intake import OnMentions, nobody
from listener.outages import close_outages
from listener.recognising import Recognise
from listener.stored import Stored
from listener.walking import LeaseLostError, Walk, next_page, store
from networks.errors import NetworkError, RateLimited, Refused, Retry, TokenRefused
from networks.protocol import Network
from records.database import writing
from records.nouns import Account, Actor
from records.words import Feed

OVERLAP = timedelta(seconds=60)
"""Read again each time: ids are ordered only to about a second, and search lags behind."""
THREADS_OVERLAP = timedelta(minutes=10)
"""A thread is asked for from when somebody waits in it, which is known a little after the first post."""

POLL_EVERY = timedelta(seconds=60)
ABOUT_POSTS = frozenset({Feed.THREADS, Feed.QUOTES})
"""Feeds that are asked for about certain posts, and not at all where there are none."""


class Outcome(StrEnum):
    """How reading a feed ended."""

    HEARD = "heard"
    TURN_OVER = "turn_over"
    """More pages are waiting; others come first."""
    NOT_DUE = "not_due"
    """Nothing was asked: it is not due yet, or another process reads it."""
    PAUSED = "paused"
    """Nothing was asked: the network refuses the account."""
    LOST = "lost"
    """Another process took the lease over on the way; it goes on from the last page that was stored."""
    RATE_LIMITED = "rate_limited"
    """The network asks us to wait, or what is left is kept for replies."""
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class HeardFeed:
    """What came of reading one feed."""

    feed: Feed
    outcome: Outcome
    stored: Stored = field(default_factory=Stored)
    pages: int = 0
    error: NetworkError | None = None


def hear(  # noqa: PLR0913 - one bundle more would only rename them
    engine: Engine,
    network: Network,
    *,
    account: Account,
    feed: Feed,
    claimant: str,
    actor: Actor,
    now: datetime,
    recognise: Recognise,
    on_settled: OnMentions,
    on_edited: OnMentions = nobody,
    about: tuple[str, ...] = (),
    price: float = 0.0,
    most_pages: int | None = None,
    overlap: timedelta = OVERLAP,
    poll_every: timedelta = POLL_EVERY,
    on_page: Callable[[Stored], None] | None = None,
) -> HeardFeed:
    """Read a feed that is due, newest page first, back to where it was read until, less `overlap`.

    Each page is stored in a transaction of its own, which also keeps where the walk goes on: one cut short, by a
    failure or after `most_pages`, is continued by the next turn. The cursor moves in the transaction of the last page,
    to the moment at which the walk began. Network errors end the turn: they are recorded, decide when the feed is due
    again, and are returned, not raised. `price` is what each post served costs in US dollars.
    """
    with writing(engine) as session:
        if is_paused(session, account.id):
            return HeardFeed(feed=feed, outcome=Outcome.PAUSED)
        cursor = lease(session, account_id=account.id, feed=feed, claimant=claimant, now=now)
    if cursor is None:
        return HeardFeed(feed=feed, outcome=Outcome.NOT_DUE)
    walk = Walk(
        engine=engine,
        network=network,
        account=account,
        feed=feed,
        cursor=cursor,
        claimant=claimant,
        actor=actor,
        now=now,
        overlap=max(overlap, THREADS_OVERLAP) if feed is Feed.THREADS else overlap,
        poll_every=poll_every,
        about=about,
        price=price,
        most_pages=most_pages,
        recognise=recognise,
        on_settled=on_settled,
        on_edited=on_edited,
    )
    if feed in ABOUT_POSTS and not about and cursor.place is None:
        _nothing_to_ask(walk)
        return HeardFeed(feed=feed, outcome=Outcome.HEARD)
    try:
        return _read(walk, on_page)
    except BaseException:
        with writing(engine) as session:
            give_back(session, cursor, claimant=claimant, due_at=now)
        raise


def _read(walk: Walk, on_page: Callable[[Stored], None] | None) -> HeardFeed:
    stored, pages, place = Stored(), 0, walk.beginning
    while True:
        try:
            page = next_page(walk, place)
            kept = store(walk, page, place, pages=pages + 1)
        except NetworkError as error:
            note_failure(walk, place, error)
            return HeardFeed(feed=walk.feed, outcome=_outcome(error), stored=stored, pages=pages, error=error)
        except LeaseLostError:
            return HeardFeed(feed=walk.feed, outcome=Outcome.LOST, stored=stored, pages=pages)
        stored, pages, place = stored + kept.stored, pages + 1, kept.place
        if on_page is not None:
            on_page(kept.stored)
        if kept.ended:
            return HeardFeed(feed=walk.feed, outcome=Outcome.HEARD, stored=stored, pages=pages)
        if kept.given_back:
            outcome = Outcome.RATE_LIMITED if kept.resting else Outcome.TURN_OVER
            return HeardFeed(feed=walk.feed, outcome=outcome, stored=stored, pages=pages)


def _nothing_to_ask(walk: Walk) -> None:
    with writing(walk.engine) as session:
        close_outages(session, account_id=walk.account.id, feed=walk.feed, read_until=walk.now, now=walk.now)
        end_walk(session, walk.cursor, claimant=walk.claimant, due_at=walk.now + walk.poll_every, read_until=walk.now)


def _outcome(error: NetworkError) -> Outcome:
    if isinstance(error, RateLimited):
        return Outcome.RATE_LIMITED
    if isinstance(error, TokenRefused | Refused):
        return Outcome.REFUSED
    return Outcome.UNREACHABLE if error.retry is Retry.LATER else Outcome.REFUSED
