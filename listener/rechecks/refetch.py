"""When an account may fetch posts by id, and what an answer or a failure means for the next time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from listener.budgets import is_resting, plausible_reset, record_budget, record_read_cost, rest_endpoint, rest_until
from listener.health import PAUSE, AccountState, is_paused, record_health
from networks.errors import NetworkError, RateLimited, Refused, Retry, TokenRefused
from networks.protocol import FeedPage
from records.models import Account

ENDPOINT = "reread"
"""The name under which it is stored when an account may ask again, beside the network's own endpoints."""
_AGAIN = timedelta(minutes=1)


def may_refetch(session: Session, account: Account, *, now: datetime) -> bool:
    """False while the account is paused, or rests."""
    if is_paused(session, account.id):
        return False
    return not is_resting(session, account_id=account.id, endpoint=ENDPOINT, now=now)


def record_refetch(session: Session, account: Account, page: FeedPage, *, price: float, now: datetime) -> None:
    """Keep what the answer cost, and rest where little may still be asked."""
    record_budget(session, account_id=account.id, budget=page.budget)
    record_read_cost(session, account_id=account.id, posts=len(page.posts), price=price, now=now)
    until = rest_until(page.budget, network=account.network, now=now)
    if until is not None:
        rest_endpoint(session, account_id=account.id, endpoint=ENDPOINT, until=until)


def record_refetch_failure(session: Session, account: Account, error: NetworkError, *, now: datetime) -> None:
    """Rest after a failure, as long as it says; refused credentials pause the account."""
    until = now + PAUSE
    if isinstance(error, RateLimited):
        until = plausible_reset(error.until, network=account.network, now=now)
    elif error.retry is Retry.LATER:
        until = now + _AGAIN
    elif isinstance(error, TokenRefused):
        record_health(session, account_id=account.id, state=AccountState.REFUSED, reason=str(error), now=now)
    rest_endpoint(session, account_id=account.id, endpoint=ENDPOINT, until=until)


def is_permanent(error: NetworkError) -> bool:
    """True where asking for the same posts again is not likely to help."""
    return error.retry is not Retry.LATER and not isinstance(error, RateLimited | TokenRefused | Refused)


def is_transient(error: NetworkError) -> bool:
    """True where the network failed, perhaps on one of the posts, or does not let the account ask just now."""
    return isinstance(error, Refused) or (error.retry is Retry.LATER and not isinstance(error, RateLimited))
