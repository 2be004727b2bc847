"""What a failed call means for the feed, for its account, and for when to ask again."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from listener.access import check_soon
from listener.budgets import believable
from listener.feeds import Place, give_back, rest_refused, save_place
from listener.health import PAUSE, State, next_try, note_health, unreachable_for
from listener.walking import EndlessError, Walk
from networks.errors import Invalid, NetworkError, RateLimited, Refused, Retry, TokenRefused
from records.database import writing

_SOON = timedelta(seconds=1)


def note_failure(walk: Walk, place: Place, error: NetworkError) -> None:
    """Give the feed back until it may be asked again.

    An account whose credentials are refused is paused. A feed that is refused rests alone, a minute at first, and the
    account's credentials are tried, which tells whether more than this feed is closed to it. A page that the network no
    longer knows makes the walk begin anew.
    """
    due_at = walk.now + PAUSE
    stale = place.page is not None and isinstance(error, Invalid)
    with writing(walk.engine) as session:
        if isinstance(error, RateLimited):
            due_at = believable(error.until, network=walk.account.network, now=walk.now) + _SOON
        elif error.retry is Retry.LATER:
            _note(session, walk, State.UNREACHABLE, error)
            due_at = walk.now + min(walk.poll_every, unreachable_for(session, walk.account.id, now=walk.now) + _SOON)
        elif isinstance(error, TokenRefused):
            due_at = walk.now
            _note(session, walk, State.REFUSED, error)
        elif isinstance(error, Refused):
            check_soon(session, walk.account.id, now=walk.now)
            due_at = next_try(walk.cursor.refused_at or walk.now, now=walk.now)
            rest_refused(session, walk.cursor, claimant=walk.claimant, due_at=due_at, refusal=str(error), now=walk.now)
            return
        elif stale:
            due_at = walk.now + _SOON
        if stale or isinstance(error, EndlessError):
            save_place(session, walk.cursor, None, claimant=walk.claimant)
        give_back(session, walk.cursor, claimant=walk.claimant, due_at=due_at)


def _note(session: Session, walk: Walk, state: State, error: NetworkError) -> None:
    note_health(session, account_id=walk.account.id, state=state, reason=str(error), now=walk.now)
