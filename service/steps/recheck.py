"""Step `recheck`: asks again for posts heard before, so that what was edited or deleted is known here too."""

from __future__ import annotations

from datetime import datetime

from listener.rechecks import Rechecked
from listener.rechecks import recheck as ask_again
from networks.prices import read_price
from records.nouns import Actor, Feed
from service.consequences import when_edited
from service.house import House
from service.steps.deliver import on_gone

ACTOR = Actor(tag="step:recheck")


def recheck(house: House, *, now: datetime) -> int:
    """Ask again for one batch of each account's mentions that are due. Returns how many were asked for."""
    return sum(_ask(house, account_id, now).asked for account_id in house.networks)


def _ask(house: House, account_id: int, now: datetime) -> Rechecked:
    account = house.accounts[account_id]
    return ask_again(
        house.engine,
        house.networks[account_id],
        account=account,
        claimant=house.claimant,
        actor=ACTOR,
        now=now,
        on_edited=when_edited(house, actor=ACTOR, now=now),
        on_gone=on_gone,
        # Asked for by id, a post costs what one that was searched for does.
        price=read_price(account.network, Feed.SEARCH),
    )
