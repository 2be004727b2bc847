"""Step `recheck`: asks for posts by id: those that deliveries only named, and those heard before.

So what was edited or deleted is known here too.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlmodel import Session

from listener.intake import store_page
from listener.rechecks import Rechecked
from listener.rechecks import recheck as ask_again
from listener.told_posts import Asked, ask_told
from networks.prices import read_price
from networks.protocol import Page
from records.nouns import Account, Actor
from records.words import Feed
from service.consequences import when_edited, when_settled
from service.house import House
from service.recognising import recogniser
from service.steps.deliver import on_gone

ACTOR = Actor(tag="step:recheck")


def recheck(house: House, *, now: datetime) -> int:
    """Ask for one batch of what was told to each account, and of its mentions that are due.

    Returns how many were asked for.
    """
    return sum(
        _ask_told(house, account_id, now).asked + _ask_again(house, account_id, now).asked
        for account_id in house.networks
    )


def _ask_told(house: House, account_id: int, now: datetime) -> Asked:
    account = house.accounts[account_id]

    def store(session: Session, feed: Feed, page: Page) -> None:
        store_page(
            session,
            account=account,
            feed=feed,
            page=page,
            recognise=recogniser(house, actor=ACTOR, now=now),
            on_settled=when_settled(house, account, actor=ACTOR, now=now),
            on_edited=when_edited(house, actor=ACTOR, now=now),
            actor=ACTOR,
            now=now,
        )

    return ask_told(
        house.engine,
        house.networks[account_id],
        account=account,
        claimant=house.claimant,
        now=now,
        store=store,
        price=_price(account),
    )


def _ask_again(house: House, account_id: int, now: datetime) -> Rechecked:
    account = house.accounts[account_id]
    return ask_again(
        house.engine,
        house.networks[account_id],
        account=account,
        claimant=house.claimant,
        actor=ACTOR,
        now=now,
        on_edited=when_edited(house, actor=ACTOR, now=now),
        on_gone=partial(on_gone, actor=ACTOR),
        price=_price(account),
    )


def _price(account: Account) -> float:
    """Asked for by id, a post costs what one that was searched for does."""
    return read_price(account.network, Feed.SEARCH)
