"""The health of the accounts and feeds, as the listener last found it, and the alerts about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from records.database import reading
from records.tables.listener import AccountHealthRow, FeedCursorRow
from records.tables.service import AccountRow
from service.notifications.alerts import Alerts
from service.wiring.app import App

WORKING = "working"
WARN_AHEAD = timedelta(days=7)
"""How long before credentials expire an alert is raised."""
REFUSED_FOR = timedelta(minutes=1)
"""How long a feed is refused before its alert: by then it is known whether the whole account is."""
MENDED_AFTER = timedelta(minutes=10)
"""How long an account must work before its alert is cleared: one that fails now and then raises one alert."""


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
    """Names of the accounts whose last call was refused or did not reach the network."""
    query = select(col(AccountHealthRow.account_id)).where(col(AccountHealthRow.state) != WORKING)
    ailing = set(session.execute(query).scalars())
    return [account.name for account in app.accounts.values() if account.id in ailing]


def expires_soon(valid_until: datetime | None, *, now: datetime) -> bool:
    """True within the last seven days of credentials that expire."""
    return valid_until is not None and valid_until - now <= WARN_AHEAD


def watch_accounts(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once about each account that is refused or unreachable, until it has worked for a while."""
    with reading(app.engine) as session:
        found = list(
            session.execute(
                select(AccountHealthRow).where(col(AccountHealthRow.account_id).in_(app.accounts))
            ).scalars()
        )
    for health in found:
        name = app.accounts[health.account_id].name
        if health.state != WORKING:
            alerts.raise_once(f"account-{name}", f"The account {name} is {health.state}: {health.reason}")
        elif now - health.since >= MENDED_AFTER:
            alerts.clear(f"account-{name}")
        if expires_soon(health.valid_until, now=now):
            alerts.raise_once(
                f"expiry-{name}",
                f"The credentials of the account {name} expire at {health.valid_until:%Y-%m-%d %H:%M} UTC: renew them.",
            )
        else:
            alerts.clear(f"expiry-{name}")
    watch_feeds(app, alerts, now=now)


def watch_feeds(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once about each feed that is refused to an account which otherwise works, until it is served again."""
    with reading(app.engine) as session:
        refused = {(each.account, each.feed): each for each in refused_feeds(session)}
    for account_id, network in app.networks.items():
        for feed in network.feeds:
            key = (app.accounts[account_id].name, feed.value)
            if key not in refused:
                alerts.clear("-".join(("feed", *key)))
            elif now - refused[key].since >= REFUSED_FOR:
                alerts.raise_once("-".join(("feed", *key)), f"{' '.join(key)} cannot be read: {refused[key].reason}")
