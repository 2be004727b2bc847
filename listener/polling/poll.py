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
from listener.ingest.intake import IngestResult
from listener.ingest.ports import IngestPorts
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

OVERLAP = timedelta(seconds=60)
"""Read again each time: ids are ordered only to about a second, and search lags behind."""
THREADS_OVERLAP = timedelta(minutes=10)
"""A thread is asked for once a case is open in it, which is a little after its first post."""

POLL_EVERY = timedelta(seconds=60)
ABOUT_POSTS = frozenset({Feed.THREADS, Feed.QUOTES})
"""Feeds that are asked for about certain posts, and not at all where there are none."""
_SOON = timedelta(seconds=1)


class PollOutcome(StrEnum):
    """How reading a feed ended."""

    READ = "read"
    TURN_OVER = "turn_over"
    """More pages are waiting; others come first."""
    NOT_DUE = "not_due"
    """Nothing was asked: it is not due yet, or another process reads it."""
    PAUSED = "paused"
    """Nothing was asked: the network refuses the account."""
    LOST = "lost"
    """Another process took the lease over meanwhile; it continues after the last page that was stored."""
    RATE_LIMITED = "rate_limited"
    """The network asks us to wait, or what is left is kept for replies."""
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class PollResult:
    """What reading one feed brought, and how it ended."""

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
    ports: IngestPorts,
    about: tuple[str, ...] = (),
    price: float = 0.0,
    most_pages: int | None = None,
    overlap: timedelta = OVERLAP,
    poll_every: timedelta = POLL_EVERY,
    on_page: Callable[[IngestResult], None] | None = None,
) -> PollResult:
    """Read a feed that is due, newest page first, back to where it was read until, less `overlap`.

    Each page is stored in a transaction of its own, together with the cursor of the next page: a reading cut short, by
    a failure or after `most_pages`, is continued by the next turn. The feed cursor moves in the transaction of the last
    page, to the moment at which the reading began. Network errors end the turn: they are recorded, decide when the feed
    is due again, and are returned, not raised. `price` is what each post served costs in US dollars.
    """
    with writing(engine) as session:
        if is_paused(session, account.id):
            return PollResult(feed=feed, outcome=PollOutcome.PAUSED)
        cursor = lease_feed(session, account_id=account.id, feed=feed, claimant=claimant, now=now)
    if cursor is None:
        return PollResult(feed=feed, outcome=PollOutcome.NOT_DUE)
    turn = PollTurn(
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
        ports=ports,
    )
    if feed in ABOUT_POSTS and not about and cursor.next_page is None:
        _finish_without_asking(turn)
        return PollResult(feed=feed, outcome=PollOutcome.READ)
    try:
        return _read(turn, on_page)
    except BaseException:
        with writing(engine) as session:
            release_feed(session, cursor, claimant=claimant, due_at=now)
        raise


def _read(turn: PollTurn, on_page: Callable[[IngestResult], None] | None) -> PollResult:
    stored, pages, cursor = IngestResult(), 0, turn.first_page
    while True:
        try:
            page = fetch_page(turn, cursor)
            saved = save_page(turn, page, cursor, pages=pages + 1)
        except NetworkError as error:
            _record_failure(turn, cursor, error)
            return PollResult(feed=turn.feed, outcome=_outcome_of(error), stored=stored, pages=pages, error=error)
        except LeaseLostError:
            return PollResult(feed=turn.feed, outcome=PollOutcome.LOST, stored=stored, pages=pages)
        stored, pages, cursor = stored + saved.stored, pages + 1, saved.next_page
        if on_page is not None:
            on_page(saved.stored)
        if saved.ended:
            return PollResult(feed=turn.feed, outcome=PollOutcome.READ, stored=stored, pages=pages)
        if saved.released:
            outcome = PollOutcome.RATE_LIMITED if saved.resting else PollOutcome.TURN_OVER
            return PollResult(feed=turn.feed, outcome=outcome, stored=stored, pages=pages)


def _finish_without_asking(turn: PollTurn) -> None:
    with writing(turn.engine) as session:
        close_outage_gaps(session, account_id=turn.account.id, feed=turn.feed, read_until=turn.now, now=turn.now)
        due_at = turn.now + turn.poll_every
        finish_reading(session, turn.cursor, claimant=turn.claimant, due_at=due_at, read_until=turn.now)


def _record_failure(turn: PollTurn, cursor: PageCursor, error: NetworkError) -> None:
    """Release the feed until it may be asked again.

    An account whose credentials are refused is paused. A feed that is refused rests alone, a minute at first, and the
    account's credentials are checked, which shows whether the network refuses more than this feed. Where the network no
    longer knows the page, the feed is read from the newest page again.
    """
    due_at = turn.now + PAUSE
    stale = cursor.token is not None and isinstance(error, Invalid)
    with writing(turn.engine) as session:
        if isinstance(error, RateLimited):
            due_at = plausible_reset(error.until, network=turn.account.network, now=turn.now) + _SOON
        elif error.retry is Retry.LATER:
            _record_health(session, turn, AccountState.UNREACHABLE, error)
            due_at = turn.now + min(turn.poll_every, unreachable_for(session, turn.account.id, now=turn.now) + _SOON)
        elif isinstance(error, TokenRefused):
            due_at = turn.now
            _record_health(session, turn, AccountState.REFUSED, error)
        elif isinstance(error, Refused):
            check_access_now(session, turn.account.id, now=turn.now)
            due_at = next_attempt(turn.cursor.refused_at or turn.now, now=turn.now)
            release_refused_feed(
                session, turn.cursor, claimant=turn.claimant, due_at=due_at, refusal=str(error), now=turn.now
            )
            return
        elif stale:
            due_at = turn.now + _SOON
        if stale or isinstance(error, EndlessPagesError):
            save_page_cursor(session, turn.cursor, None, claimant=turn.claimant)
        release_feed(session, turn.cursor, claimant=turn.claimant, due_at=due_at)


def _record_health(session: Session, turn: PollTurn, state: AccountState, error: NetworkError) -> None:
    record_health(session, account_id=turn.account.id, state=state, reason=str(error), now=turn.now)


def _outcome_of(error: NetworkError) -> PollOutcome:
    if isinstance(error, RateLimited):
        return PollOutcome.RATE_LIMITED
    if isinstance(error, TokenRefused | Refused):
        return PollOutcome.REFUSED
    return PollOutcome.UNREACHABLE if error.retry is Retry.LATER else PollOutcome.REFUSED
