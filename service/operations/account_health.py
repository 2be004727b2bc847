"""The health of the accounts and feeds, as the listener last found it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from records.tables.listener import AccountHealthRow, FeedCursorRow
from records.tables.service import AccountRow
from service.wiring.app import App

WORKING = "working"
WARN_AHEAD = timedelta(days=7)
"""How long before credentials expire a person is told."""


@dataclass(frozen=True, kw_only=True)
class RefusedFeed:
    """A feed that the network refuses to an account whose credentials work."""

    account: str
    feed: str
    reason: str
    since: datetime


def refused_feeds(session: Session) -> list[RefusedFeed]:
    """The feeds that are refused, of accounts that are not refused as a whole."""
    refused = col(AccountHealthRow.state) == "refused"
    query = (
        select(
            col(AccountRow.name),
            col(FeedCursorRow.feed),
            col(FeedCursorRow.refusal),
            col(FeedCursorRow.refused_at),
        )
        .join(AccountRow, col(AccountRow.id) == col(FeedCursorRow.account_id))
        .where(col(FeedCursorRow.refusal).is_not(None))
        .where(col(FeedCursorRow.account_id).not_in(select(col(AccountHealthRow.account_id)).where(refused)))
    )
    return [
        RefusedFeed(account=account, feed=feed, reason=reason or "", since=since)
        for account, feed, reason, since in session.connection().execute(query)
        if since is not None
    ]


def failing_accounts(session: Session, app: App) -> list[str]:
    """Names of the accounts whose last call was refused or never arrived."""
    query = select(col(AccountHealthRow.account_id)).where(col(AccountHealthRow.state) != WORKING)
    ailing = set(session.execute(query).scalars())
    return [account.name for account in app.accounts.values() if account.id in ailing]


def expires_soon(valid_until: datetime | None, *, now: datetime) -> bool:
    """True within the last seven days of credentials that expire."""
    return valid_until is not None and valid_until - now <= WARN_AHEAD
