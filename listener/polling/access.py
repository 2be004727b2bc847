"""Checks the credentials of an account from time to time, and resumes an account that was refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, bindparam, or_, select, update
from sqlmodel import Session, col

from listener.budgets import plausible_reset
from listener.health import AccountState, next_attempt, record_health
from listener.polling.coverage_gaps import record_outage
from networks.errors import NetworkError, RateLimited, Refused, Retry, TokenRefused
from networks.protocol import Access, Network
from records.database import reading, writing
from records.models import Account
from records.tables.listener import AccountHealthRow, FeedCursorRow

CHECK_ACCESS_EVERY = timedelta(hours=1)
RETRY_UNREACHABLE_AFTER = timedelta(minutes=1)
"""When an account is tried again whose network could not be asked."""
_AT_WORK = timedelta(minutes=2)

_OF_ACCOUNT = col(AccountHealthRow.account_id) == bindparam("of_account")
_DUE = or_(col(AccountHealthRow.check_due_at).is_(None), col(AccountHealthRow.check_due_at) <= bindparam("now"))
_IS_DUE = select(_DUE).where(_OF_ACCOUNT)
_SINCE = select(col(AccountHealthRow.since)).where(_OF_ACCOUNT)
_CLAIM = update(AccountHealthRow).where(_OF_ACCOUNT, _DUE)
_CHANGE = update(AccountHealthRow).where(_OF_ACCOUNT)
_MAKE_FEEDS_DUE = (
    update(FeedCursorRow)
    .where(col(FeedCursorRow.account_id) == bindparam("of_account"), col(FeedCursorRow.poll_due_at) > bindparam("now"))
    .values(poll_due_at=bindparam("now"))
)


class AccessCheck(StrEnum):
    """How an access check ended."""

    WORKING = "working"
    REPAIRED = "repaired"
    """The account could not be read for a while, and can be now."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The network did not say."""
    NOT_DUE = "not_due"


def check_access(engine: Engine, network: Network, *, account: Account, now: datetime) -> AccessCheck:
    """Try the credentials where that is due, and write down how they fare and until when they are valid.

    A refused account works again from here on: the spans that its feeds missed are written down as outages, and its
    feeds are due.
    """
    if not _claim(engine, account.id, now):
        return AccessCheck.NOT_DUE
    try:
        access = network.check_access()
    except NetworkError as error:
        return _note_failure(engine, account, error, now)
    with writing(engine) as session:
        was_out = record_outage(session, account, now=now)
        record_health(session, account_id=account.id, state=AccountState.WORKING, reason="", now=now)
        _keep(session, account.id, access, now=now)
        if was_out:
            _make_feeds_due(session, account.id, now)
    return AccessCheck.REPAIRED if was_out else AccessCheck.WORKING


def check_access_now(session: Session, account_id: int, *, now: datetime) -> None:
    """Make the next check due: something refused us."""
    _check_again(session, account_id, now)


def _claim(engine: Engine, account_id: int, now: datetime) -> bool:
    """Put the next check off for as long as this one may take; an account that was never seen is checked by anybody."""
    asked = {"of_account": account_id, "now": now}
    with reading(engine) as session:
        row = session.connection().execute(_IS_DUE, asked).scalar_one_or_none()
    if row is None:
        return True
    if not row:
        return False
    with writing(engine) as session:
        claimed = session.connection().execute(_CLAIM, {**asked, "check_due_at": now + _AT_WORK})
        return claimed.rowcount > 0


def _keep(session: Session, account_id: int, access: Access, *, now: datetime) -> None:
    again = {"check_due_at": now + CHECK_ACCESS_EVERY, "valid_until": access.valid_until}
    session.connection().execute(_CHANGE, {"of_account": account_id, **again})


def _note_failure(engine: Engine, account: Account, error: NetworkError, now: datetime) -> AccessCheck:
    with writing(engine) as session:
        if isinstance(error, TokenRefused | Refused):
            record_health(session, account_id=account.id, state=AccountState.REFUSED, reason=str(error), now=now)
            since = session.connection().execute(_SINCE, {"of_account": account.id}).scalar_one()
            _check_again(session, account.id, next_attempt(since, now=now))
            return AccessCheck.REFUSED
        if isinstance(error, RateLimited):
            _check_again(session, account.id, plausible_reset(error.until, network=account.network, now=now))
            return AccessCheck.UNKNOWN
        if error.retry is Retry.LATER:
            record_health(session, account_id=account.id, state=AccountState.UNREACHABLE, reason=str(error), now=now)
        _check_again(session, account.id, now + RETRY_UNREACHABLE_AFTER)
        return AccessCheck.UNKNOWN


def _check_again(session: Session, account_id: int, at: datetime) -> None:
    session.connection().execute(_CHANGE, {"of_account": account_id, "check_due_at": at})


def _make_feeds_due(session: Session, account_id: int, now: datetime) -> None:
    session.connection().execute(_MAKE_FEEDS_DUE, {"of_account": account_id, "now": now})
