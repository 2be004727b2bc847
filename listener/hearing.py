"""Reads one feed of one account back to where it was read the last time, and stores it page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine
from sqlmodel import Session

from listener.feeds import Cursor, give_back, keep_lease, lease, postpone
from listener.health import State, note_budget, note_gap, note_health
from listener.intake import OnSettled, store_page
from listener.missed import missed_span
from listener.own_posts import Fingerprint
from listener.stored import Stored
from networks.errors import Garbled, NetworkError, RateLimited, Retry, TokenRefused
from networks.protocol import Network, Page
from records.database import writing
from records.nouns import Account, Actor, Feed

OVERLAP = timedelta(seconds=60)
"""Read again each time: ids are ordered only to about a second, and search lags behind."""

_SOON = timedelta(seconds=1)
POLL_EVERY = timedelta(seconds=60)
PAUSE = timedelta(minutes=15)
"""How long an account whose credentials are refused is left alone before they are tried again."""


class Outcome(StrEnum):
    """How reading a feed ended."""

    HEARD = "heard"
    NOT_DUE = "not_due"
    """Nothing was asked: it is not due yet, or another process reads it."""
    LOST = "lost"
    """Another process took the lease over on the way; it goes on from the same cursor."""
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class HeardFeed:
    """What came of reading one feed."""

    feed: Feed
    outcome: Outcome
    stored: Stored
    pages: int
    error: NetworkError | None = None


@dataclass(frozen=True, kw_only=True)
class _Walk:
    engine: Engine
    network: Network
    account: Account
    feed: Feed
    cursor: Cursor
    claimant: str
    actor: Actor
    now: datetime
    poll_every: timedelta
    fingerprint: Fingerprint
    on_settled: OnSettled


@dataclass(frozen=True, kw_only=True)
class _Progress:
    stored: Stored
    pages: int
    served: int
    oldest: datetime | None


class _LeaseLostError(Exception):
    """Another process reads this feed now."""


def hear(  # noqa: PLR0913 - one bundle more would only rename them
    engine: Engine,
    network: Network,
    *,
    account: Account,
    feed: Feed,
    claimant: str,
    actor: Actor,
    now: datetime,
    fingerprint: Fingerprint,
    on_settled: OnSettled,
    overlap: timedelta = OVERLAP,
    poll_every: timedelta = POLL_EVERY,
    on_page: Callable[[Stored], None] | None = None,
) -> HeardFeed:
    """Read a feed that is due, newest page first, back to where it was read until, less `overlap`.

    Each page is stored in a transaction of its own; the cursor moves to `now` in the one that stores the last page,
    so that a walk cut short is walked again and nothing is skipped. Network errors end the walk: they are recorded,
    decide when the feed is due again, and are returned, not raised.
    """
    with writing(engine) as session:
        cursor = lease(session, account_id=account.id, feed=feed, claimant=claimant, now=now)
    if cursor is None:
        return HeardFeed(feed=feed, outcome=Outcome.NOT_DUE, stored=Stored(), pages=0)
    walk = _Walk(
        engine=engine,
        network=network,
        account=account,
        feed=feed,
        cursor=cursor,
        claimant=claimant,
        actor=actor,
        now=now,
        poll_every=poll_every,
        fingerprint=fingerprint,
        on_settled=on_settled,
    )
    progress = _Progress(stored=Stored(), pages=0, served=0, oldest=None)
    try:
        for page in _pages(walk, overlap):
            stored, progress = _store(walk, page, progress)
            if on_page is not None:
                on_page(stored)
    except NetworkError as error:
        return _ended(walk, progress, _note_failure(walk, error), error)
    except _LeaseLostError:
        return _ended(walk, progress, Outcome.LOST)
    except BaseException:
        with writing(engine) as session:
            give_back(session, cursor, claimant=claimant, due_at=now)
        raise
    return _ended(walk, progress, Outcome.HEARD)


def _pages(walk: _Walk, overlap: timedelta) -> Iterator[Page]:
    read_until = walk.cursor.read_until
    since = None if read_until is None else read_until - overlap
    token: str | None = None
    while True:
        page = walk.network.read(walk.feed, since=since, until=walk.now, page=token)
        if page.next_page is not None and page.next_page == token:
            raise Garbled("The network names the same next page again and again; the feed will be read again later.")
        yield page
        if page.next_page is None:
            return
        token = page.next_page


def _store(walk: _Walk, page: Page, before: _Progress) -> tuple[Stored, _Progress]:
    moments = [post.published_at for post in page.posts] + [post.published_at for post in page.own]
    moments += [message.sent_at for message in page.messages]
    seen = replace(
        before,
        pages=before.pages + 1,
        served=before.served + len(moments),
        oldest=min([*moments, *([before.oldest] if before.oldest else [])], default=None),
    )
    with writing(walk.engine) as session:
        if not keep_lease(session, walk.cursor, claimant=walk.claimant, now=walk.now):
            raise _LeaseLostError
        account_id = walk.account.id
        note_budget(session, account_id=account_id, budget=page.budget)
        if page.next_page is None:
            note_health(session, account_id=account_id, state=State.WORKING, reason="", now=walk.now)
            _note_missed(session, walk, seen)
            due_at = _due_again(walk, page)
            give_back(session, walk.cursor, claimant=walk.claimant, due_at=due_at, read_until=walk.now)
        stored = store_page(
            session,
            account=walk.account,
            feed=walk.feed,
            page=page,
            fingerprint=walk.fingerprint,
            on_settled=walk.on_settled,
            actor=walk.actor,
            now=walk.now,
        )
    return stored, replace(seen, stored=before.stored + stored)


def _note_missed(session: Session, walk: _Walk, seen: _Progress) -> None:
    missed = missed_span(
        walk.network.bounds(walk.feed),
        read_until=walk.cursor.read_until,
        now=walk.now,
        served=seen.served,
        oldest=seen.oldest,
    )
    if missed is not None:
        note_gap(session, account_id=walk.account.id, feed=walk.feed, missed=missed)


def _due_again(walk: _Walk, page: Page) -> datetime:
    due_at = walk.now + walk.poll_every
    if page.budget is not None and page.budget.remaining == 0:
        return max(due_at, page.budget.resets_at)
    return due_at


def _note_failure(walk: _Walk, error: NetworkError) -> Outcome:
    account_id = walk.account.id
    with writing(walk.engine) as session:
        if isinstance(error, RateLimited):
            give_back(session, walk.cursor, claimant=walk.claimant, due_at=max(error.until, walk.now + _SOON))
            return Outcome.RATE_LIMITED
        if error.retry is Retry.LATER:
            give_back(session, walk.cursor, claimant=walk.claimant, due_at=walk.now + walk.poll_every)
            note_health(session, account_id=account_id, state=State.UNREACHABLE, reason=str(error), now=walk.now)
            return Outcome.UNREACHABLE
        give_back(session, walk.cursor, claimant=walk.claimant, due_at=walk.now + PAUSE)
        if isinstance(error, TokenRefused):
            postpone(session, account_id=account_id, until=walk.now + PAUSE)
            note_health(session, account_id=account_id, state=State.REFUSED, reason=str(error), now=walk.now)
        return Outcome.REFUSED


def _ended(walk: _Walk, progress: _Progress, outcome: Outcome, error: NetworkError | None = None) -> HeardFeed:
    return HeardFeed(feed=walk.feed, outcome=outcome, stored=progress.stored, pages=progress.pages, error=error)
