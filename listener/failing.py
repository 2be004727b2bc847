"""What a failed call means for the feed, for its account, and for when to ask again."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from listener.budgets import believable
from listener.feeds import Place, give_back, save_place
from listener.health import PAUSE, State, note_health
from listener.walking import EndlessError, Walk
from networks.errors import Invalid, NetworkError, RateLimited, Refused, Retry, TokenRefused
from records.database import writing
from records.nouns import Feed

_SOON = timedelta(seconds=1)
_EXTRAS = frozenset({Feed.SEARCH, Feed.QUOTES, Feed.THREADS})
"""Feeds that a plan may leave out: being refused one of them says nothing about the account."""


def note_failure(walk: Walk, place: Place, error: NetworkError) -> None:
    """Give the feed back until it may be asked again.

    An account that is refused is paused. A page that the network no longer knows makes the walk begin anew.
    """
    due_at = walk.now + PAUSE
    stale = place.page is not None and isinstance(error, Invalid)
    with writing(walk.engine) as session:
        if isinstance(error, RateLimited):
            due_at = believable(error.until, network=walk.account.network, now=walk.now) + _SOON
        elif error.retry is Retry.LATER:
            due_at = walk.now + walk.poll_every
            _note(session, walk, State.UNREACHABLE, error)
        elif _speaks_of_the_account(walk.feed, error):
            due_at = walk.now
            _note(session, walk, State.REFUSED, error)
        elif stale:
            due_at = walk.now + _SOON
        if stale or isinstance(error, EndlessError):
            save_place(session, walk.cursor, None, claimant=walk.claimant)
        give_back(session, walk.cursor, claimant=walk.claimant, due_at=due_at)


def _speaks_of_the_account(feed: Feed, error: NetworkError) -> bool:
    return isinstance(error, TokenRefused) or (isinstance(error, Refused) and feed not in _EXTRAS)


def _note(session: Session, walk: Walk, state: State, error: NetworkError) -> None:
    note_health(session, account_id=walk.account.id, state=state, reason=str(error), now=walk.now)
