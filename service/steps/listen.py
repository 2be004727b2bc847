"""Step `listen`: asks each network what is new, feed by feed, as each falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from cases.clocks import answered_in_public
from listener.feeds import due_feeds
from listener.hearing import HeardFeed, hear
from records.database import reading
from records.nouns import Actor, Feed
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from replies.fingerprint import fingerprint
from replies.outbox import hold_answered
from service.house import House

ACTOR = Actor(tag="step:listen")


def listen(house: House, *, now: datetime) -> int:
    """Read every feed that is due. Returns how many new mentions, revisions, messages and own posts were stored."""
    feeds_of = {account_id: network.feeds for account_id, network in house.networks.items()}
    with reading(house.engine) as session:
        due = due_feeds(session, feeds_of, now=now)
    return sum(_new(_hear(house, each.account_id, each.feed, now)) for each in due)


def _hear(house: House, account_id: int, feed: Feed, now: datetime) -> HeardFeed:
    account = house.accounts[account_id]
    return hear(
        house.engine,
        house.networks[account_id],
        account=account,
        feed=feed,
        claimant=house.claimant,
        actor=ACTOR,
        now=now,
        fingerprint=fingerprint,
        on_settled=lambda session, mention_ids: _settle(session, house, account.brand, mention_ids, now),
        poll_every=timedelta(seconds=house.poll_seconds(account.name)),
    )


def _settle(session: Session, house: House, brand: str, mention_ids: Sequence[int], now: datetime) -> None:
    """Somebody of the brand answered outside Aparte: what rules would still say waits, and the public clock stops."""
    hold_answered(session, mention_ids, actor=ACTOR, now=now, sealer=house.vault)
    authors = select(col(MentionRow.identity_id)).where(col(MentionRow.id).in_(mention_ids))
    case_ids = session.execute(
        select(col(CareCaseRow.id)).where(
            col(CareCaseRow.identity_id).in_(authors),
            col(CareCaseRow.brand) == brand,
            col(CareCaseRow.closed_at).is_(None),
        )
    ).scalars()
    answered_in_public(session, [case_id for case_id in case_ids if case_id is not None], actor=ACTOR, now=now)


def _new(heard: HeardFeed) -> int:
    stored = heard.stored
    return stored.new_mentions + stored.new_revisions + stored.own_posts + stored.messages
