"""Asking a network for posts by id: when an account may, and what an answer or a failure means for the next time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from listener.budgets import believable, is_resting, note_budget, rest, rest_until
from listener.health import PAUSE, State, is_paused, note_health
from listener.spend import note_read
from networks.errors import NetworkError, RateLimited, Refused, Retry, TokenRefused
from networks.protocol import Page
from records.nouns import Account

ENDPOINT = "reread"
"""Under which the listener keeps when an account may ask again, beside what the network calls its endpoints."""
_AGAIN = timedelta(minutes=1)


def may_ask(session: Session, account: Account, *, now: datetime) -> bool:
    """False while the account is paused, or rests."""
    if is_paused(session, account.id):
        return False
    return not is_resting(session, account_id=account.id, endpoint=ENDPOINT, now=now)


def note_answer(session: Session, account: Account, page: Page, *, price: float, now: datetime) -> None:
    """Keep what the answer cost, and rest where little may still be asked."""
    note_budget(session, account_id=account.id, budget=page.budget)
    note_read(session, account_id=account.id, posts=len(page.posts), price=price, now=now)
    until = rest_until(page.budget, network=account.network, now=now)
    if until is not None:
        rest(session, account_id=account.id, endpoint=ENDPOINT, until=until)


def note_failure(session: Session, account: Account, error: NetworkError, *, now: datetime) -> None:
    """Rest after a failure, as long as it says; refused credentials pause the account."""
    until = now + PAUSE
    if isinstance(error, RateLimited):
        until = believable(error.until, network=account.network, now=now)
    elif error.retry is Retry.LATER:
        until = now + _AGAIN
    elif isinstance(error, TokenRefused):
        note_health(session, account_id=account.id, state=State.REFUSED, reason=str(error), now=now)
    rest(session, account_id=account.id, endpoint=ENDPOINT, until=until)


def is_about_the_posts(error: NetworkError) -> bool:
    """True where asking for the same posts again is not likely to help."""
    return error.retry is not Retry.LATER and not isinstance(error, RateLimited | TokenRefused | Refused)


def is_passing(error: NetworkError) -> bool:
    """True where the network stumbled, perhaps over one of the posts, or does not let the account ask just now."""
    return isinstance(error, Refused) or (error.retry is Retry.LATER and not isinstance(error, RateLimited))
