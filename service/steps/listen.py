"""Step `listen`: asks each network what is new, feed by feed, as each falls due."""

from __future__ import annotations

from datetime import datetime, timedelta

from listener.feeds import due_feeds, in_turns
from listener.hearing import HeardFeed, Outcome, hear
from networks.prices import read_price
from records.database import reading
from records.nouns import Actor
from records.words import Feed
from service.consequences import when_edited, when_settled
from service.house import House
from service.recognising import recogniser
from service.subjects import subjects_of

ACTOR = Actor(tag="step:listen")
PAGES_A_TURN = 3
"""Of one feed, before the next account has its turn."""


def listen(house: House, *, now: datetime) -> int:
    """Give every feed that is due a turn, its account taking turns with others.

    An account whose network does not answer waits for the next round. Returns how many new mentions, revisions,
    messages and own posts were stored, and how many feeds are still to be read.
    """
    feeds_of = {account_id: network.feeds for account_id, network in house.networks.items()}
    with reading(house.engine) as session:
        due = in_turns(due_feeds(session, feeds_of, now=now))
    new, silent = 0, set[int]()
    for each in due:
        # Waiting for an answer that does not come, once for each of its feeds, would keep all others waiting.
        if each.account_id in silent:
            new += 1
            continue
        heard = _hear(house, each.account_id, each.feed, now)
        new += _new(heard)
        if heard.outcome is Outcome.UNREACHABLE:
            silent.add(each.account_id)
    return new


def _hear(house: House, account_id: int, feed: Feed, now: datetime) -> HeardFeed:
    account = house.accounts[account_id]
    with reading(house.engine) as session:
        about = subjects_of(session, account_id, feed, now=now)
    return hear(
        house.engine,
        house.networks[account_id],
        account=account,
        feed=feed,
        claimant=house.claimant,
        actor=ACTOR,
        now=now,
        recognise=recogniser(house, actor=ACTOR, now=now),
        on_settled=when_settled(house, account, actor=ACTOR, now=now),
        on_edited=when_edited(house, actor=ACTOR, now=now),
        about=about,
        price=read_price(account.network, feed),
        most_pages=PAGES_A_TURN,
        poll_every=timedelta(seconds=house.poll_seconds(account.name)),
    )


def _new(heard: HeardFeed) -> int:
    stored = heard.stored
    goes_on = heard.outcome is Outcome.TURN_OVER
    return stored.new_mentions + stored.new_revisions + stored.own_posts + stored.messages + goes_on
