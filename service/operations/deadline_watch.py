"""Alerts about accounts that cannot be read, and about cases that are past a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from cases.clocks import Breach, breaches
from cases.closing import overdue_closings
from cases.private_side import private_breaches
from records.database import reading
from records.enums import Priority
from records.tables.listener import AccountHealthRow
from service.notifications.alerts import Alerts
from service.operations.account_health import WORKING, expires_soon, refused_feeds
from service.wiring.app import App

REFUSED_FOR = timedelta(minutes=1)
"""How long a feed is refused before its alert: by then it is known whether the whole account is."""
MENDED_AFTER = timedelta(minutes=10)
"""How long an account must work before its alert is cleared: one that comes and goes is told of once."""


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


def watch_cases(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once about overdue first answers, a brand and priority, until none of them is overdue.

    So too about waits in private beyond what was promised, and about closing lines that the square still waits for.
    """
    watch_private_waits(app, alerts, now=now)
    watch_closings(app, alerts, now=now)
    with reading(app.engine) as session:
        overdue = breaches(session, now=now)
    for brand in {*app.settings.brands, *(breach.brand for breach in overdue)}:
        for priority in Priority:
            late = [breach for breach in overdue if (breach.brand, breach.priority) == (brand, priority)]
            alerts.raise_or_clear(f"overdue-{brand}-{priority}", _overdue(brand, priority, late) if late else "")


def watch_private_waits(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once a brand about people who wait in private for longer than was promised, until nobody does."""
    promised = {name: timedelta(minutes=brand.private_wait_minutes) for name, brand in app.settings.brands.items()}
    with reading(app.engine) as session:
        overdue = private_breaches(session, promised, now=now)
    for brand in {*app.settings.brands, *(breach.brand for breach in overdue)}:
        late = [breach for breach in overdue if breach.brand == brand]
        alerts.raise_or_clear(
            f"private-wait-{brand}",
            f"{len(late)} people wait in private for {brand} for longer than was promised, {late[0].reference} since "
            f"{late[0].since:%Y-%m-%d %H:%M} UTC: answer there; nobody is invited meanwhile."
            if late
            else "",
        )


def watch_closings(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once a brand about cases that were solved in private and not yet closed in public in time."""
    with reading(app.engine) as session:
        overdue = overdue_closings(session, now=now)
    for brand in {*app.settings.brands, *(closing.brand for closing in overdue)}:
        late = [closing for closing in overdue if closing.brand == brand]
        alerts.raise_or_clear(
            f"closing-{brand}",
            f"{len(late)} of {brand}'s cases are solved and not closed in public, {late[0].reference} was due "
            f"{late[0].close_by:%Y-%m-%d %H:%M} UTC: send the closing lines, or waive them."
            if late
            else "",
        )


def _overdue(brand: str, priority: Priority, late: Sequence[Breach]) -> str:
    first = late[0]
    return (
        f"{len(late)} of {brand}'s cases of priority {priority} wait past their first-response clock, "
        f"{first.reference} since {first.respond_by:%Y-%m-%d %H:%M} UTC: open the queue."
    )
