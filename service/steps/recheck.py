"""Step `recheck`: asks for posts by id: those that deliveries only named, and those heard before.

So what was edited or deleted is known here too.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from listener.rechecks.recheck import RecheckResult
from listener.rechecks.recheck import recheck as ask_again
from listener.webhooks.pending_posts import PendingResult, fetch_pending
from networks.prices import read_price
from records.enums import Feed
from records.models import Account, Actor
from service.delivery.on_delivery import on_gone
from service.intake.on_ingest import ingest_ports
from service.wiring.app import App

ACTOR = Actor(tag="step:recheck")


def recheck(app: App, *, now: datetime) -> int:
    """Ask for one batch of what was told to each account, and of its mentions that are due.

    Returns how many were asked for.
    """
    return sum(
        _ask_told(app, account_id, now).asked + _ask_again(app, account_id, now).asked for account_id in app.networks
    )


def _ask_told(app: App, account_id: int, now: datetime) -> PendingResult:
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


def _ask_again(app: App, account_id: int, now: datetime) -> RecheckResult:
    account = app.accounts[account_id]
    return ask_again(
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
    """Asked for by id, a post costs what one that was searched for does."""
    return read_price(account.network, Feed.SEARCH)
