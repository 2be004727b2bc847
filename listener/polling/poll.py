"""Polls one feed of one account back to where it was read the last time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine
from sqlmodel import Session

from listener.budgets import plausible_reset
from listener.health import PAUSE, AccountState, is_paused, next_attempt, record_health, unreachable_for
from listener.ingest.attribution import Attribute
from listener.ingest.intake import IngestResult, OnMentions, ignore_mentions
from listener.polling.access import check_access_now
from listener.polling.coverage_gaps import close_outage_gaps
from listener.polling.feed_cursors import (
    PageCursor,
    finish_reading,
    lease_feed,
    release_feed,
    release_refused_feed,
    save_page_cursor,
)
from listener.polling.pagination import EndlessPagesError, LeaseLostError, PollTurn, fetch_page, save_page
from networks.errors import Invalid, NetworkError, RateLimited, Refused, Retry, TokenRefused
from networks.protocol import Network
from records.database import writing
from records.enums import Feed
from records.models import Account, Actor

_SOON = timedelta(seconds=1)


def record_poll_failure(walk: PollTurn, place: PageCursor, error: NetworkError) -> None:
    """Give the feed back until it may be asked again.

    An account whose credentials are refused is paused. A feed that is refused rests alone, a minute at first, and the
    account's credentials are tried, which tells whether more than this feed is closed to it. A page that the network no
    longer knows makes the walk begin anew.
    """
    due_at = walk.now + PAUSE
    stale = place.page is not None and isinstance(error, Invalid)
    with writing(walk.engine) as session:
        if isinstance(error, RateLimited):
            due_at = plausible_reset(error.until, network=walk.account.network, now=walk.now) + _SOON
        elif error.retry is Retry.LATER:
            _note(session, walk, AccountState.UNREACHABLE, error)
            due_at = walk.now + min(walk.poll_every, unreachable_for(session, walk.account.id, now=walk.now) + _SOON)
        elif isinstance(error, TokenRefused):
            due_at = walk.now
            _note(session, walk, AccountState.REFUSED, error)
        elif isinstance(error, Refused):
            check_access_now(session, walk.account.id, now=walk.now)
            due_at = next_attempt(walk.cursor.refused_at or walk.now, now=walk.now)
            release_refused_feed(
                session, walk.cursor, claimant=walk.claimant, due_at=due_at, refusal=str(error), now=walk.now
            )
            return
        elif stale:
            due_at = walk.now + _SOON
        if stale or isinstance(error, EndlessPagesError):
            save_page_cursor(session, walk.cursor, None, claimant=walk.claimant)
        release_feed(session, walk.cursor, claimant=walk.claimant, due_at=due_at)


def _note(session: Session, walk: PollTurn, state: AccountState, error: NetworkError) -> None:
    record_health(session, account_id=walk.account.id, state=state, reason=str(error), now=walk.now)


OVERLAP = timedelta(seconds=60)
"""Read again each time: ids are ordered only to about a second, and search lags behind."""
THREADS_OVERLAP = timedelta(minutes=10)
"""A thread is asked for from when somebody waits in it, which is known a little after the first post."""

POLL_EVERY = timedelta(seconds=60)
ABOUT_POSTS = frozenset({Feed.THREADS, Feed.QUOTES})
"""Feeds that are asked for about certain posts, and not at all where there are none."""


class PollOutcome(StrEnum):
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
class PollResult:
    """What came of reading one feed."""

    feed: Feed
    outcome: PollOutcome
    stored: IngestResult = field(default_factory=IngestResult)
    pages: int = 0
    error: NetworkError | None = None


def poll_feed(  # noqa: PLR0913 - one bundle more would only rename them
    engine: Engine,
    network: Network,
    *,
    account: Account,
    feed: Feed,
    claimant: str,
    actor: Actor,
    now: datetime,
    attribute: Attribute,
    on_answered_elsewhere: OnMentions,
    on_edited: OnMentions = ignore_mentions,
    about: tuple[str, ...] = (),
    price: float = 0.0,
    most_pages: int | None = None,
    overlap: timedelta = OVERLAP,
    poll_every: timedelta = POLL_EVERY,
    on_page: Callable[[IngestResult], None] | None = None,
) -> PollResult:
    """Read a feed that is due, newest page first, back to where it was read until, less `overlap`.

    Each page is stored in a transaction of its own, which also keeps where the walk goes on: one cut short, by a
    failure or after `most_pages`, is continued by the next turn. The cursor moves in the transaction of the last page,
    to the moment at which the walk began. Network errors end the turn: they are recorded, decide when the feed is due
    again, and are returned, not raised. `price` is what each post served costs in US dollars.
    """
    with writing(engine) as session:
        if is_paused(session, account.id):
            return PollResult(feed=feed, outcome=PollOutcome.PAUSED)
        cursor = lease_feed(session, account_id=account.id, feed=feed, claimant=claimant, now=now)
    if cursor is None:
        return PollResult(feed=feed, outcome=PollOutcome.NOT_DUE)
    walk = PollTurn(
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
        attribute=attribute,
        on_answered_elsewhere=on_answered_elsewhere,
        on_edited=on_edited,
    )
    if feed in ABOUT_POSTS and not about and cursor.place is None:
        _nothing_to_ask(walk)
        return PollResult(feed=feed, outcome=PollOutcome.HEARD)
    try:
        return _read(walk, on_page)
    except BaseException:
        with writing(engine) as session:
            release_feed(session, cursor, claimant=claimant, due_at=now)
        raise


def _read(walk: PollTurn, on_page: Callable[[IngestResult], None] | None) -> PollResult:
    stored, pages, place = IngestResult(), 0, walk.beginning
    while True:
        try:
            page = fetch_page(walk, place)
            kept = save_page(walk, page, place, pages=pages + 1)
        except NetworkError as error:
            record_poll_failure(walk, place, error)
            return PollResult(feed=walk.feed, outcome=_outcome_of(error), stored=stored, pages=pages, error=error)
        except LeaseLostError:
            return PollResult(feed=walk.feed, outcome=PollOutcome.LOST, stored=stored, pages=pages)
        stored, pages, place = stored + kept.stored, pages + 1, kept.place
        if on_page is not None:
            on_page(kept.stored)
        if kept.ended:
            return PollResult(feed=walk.feed, outcome=PollOutcome.HEARD, stored=stored, pages=pages)
        if kept.given_back:
            outcome = PollOutcome.RATE_LIMITED if kept.resting else PollOutcome.TURN_OVER
            return PollResult(feed=walk.feed, outcome=outcome, stored=stored, pages=pages)


def _nothing_to_ask(walk: PollTurn) -> None:
    with writing(walk.engine) as session:
        close_outage_gaps(session, account_id=walk.account.id, feed=walk.feed, read_until=walk.now, now=walk.now)
        finish_reading(
            session, walk.cursor, claimant=walk.claimant, due_at=walk.now + walk.poll_every, read_until=walk.now
        )


def _outcome_of(error: NetworkError) -> PollOutcome:
    if isinstance(error, RateLimited):
        return PollOutcome.RATE_LIMITED
    if isinstance(error, TokenRefused | Refused):
        return PollOutcome.REFUSED
    return PollOutcome.UNREACHABLE if error.retry is Retry.LATER else PollOutcome.REFUSED
