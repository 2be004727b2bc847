"""Step `recheck`: fetches posts by id: those that webhooks only named, and those that may have changed."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from listener.rechecks.recheck import RecheckResult
from listener.rechecks.recheck import recheck as recheck_mentions
from listener.webhooks.pending_posts import PendingResult, fetch_pending
from networks.prices import read_price
from records.enums import Feed
from records.models import Account, Actor
from service.delivery.on_delivery import on_gone
from service.intake.on_ingest import ingest_ports
from service.wiring.app import App

ACTOR = Actor(tag="step:recheck")


def recheck(app: App, *, now: datetime) -> int:
    """Fetch, for each account, one batch of pending posts and one of mentions that are due. Returns how many."""
    return sum(
        _fetch_pending(app, account_id, now).asked + _recheck_mentions(app, account_id, now).asked
        for account_id in app.networks
    )


def _fetch_pending(app: App, account_id: int, now: datetime) -> PendingResult:
    account = app.accounts[account_id]
    return fetch_pending(
        app.engine,
        app.networks[account_id],
        account=account,
        claimant=app.claimant,
        actor=ACTOR,
        now=now,
        ports=ingest_ports(app, (account,), actor=ACTOR, now=now),
        price=_price(account),
    )


def _recheck_mentions(app: App, account_id: int, now: datetime) -> RecheckResult:
    account = app.accounts[account_id]
    return recheck_mentions(
        app.engine,
        app.networks[account_id],
        account=account,
        claimant=app.claimant,
        actor=ACTOR,
        now=now,
        ports=ingest_ports(app, (account,), actor=ACTOR, now=now),
        on_gone=partial(on_gone, actor=ACTOR),
        price=_price(account),
    )


def _price(account: Account) -> float:
    """Fetched by id, a post costs what one found by search does."""
    return read_price(account.network, Feed.SEARCH)
