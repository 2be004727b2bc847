"""Steps `access` and `listen`: try each account's credentials, and poll each feed as it falls due."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from cases.state import Side
from listener.polling.access import AccessCheck, check_access
from listener.polling.feed_cursors import due_feeds, in_turns
from listener.polling.poll import PollOutcome, PollResult, poll_feed
from networks.prices import read_price
from records.database import reading
from records.enums import Feed
from records.models import Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import OwnPostRow
from service.intake.on_ingest import ingest_ports
from service.wiring.app import App

ACTOR = Actor(tag="step:listen")
PAGES_A_TURN = 3
"""Of one feed, before the next account has its turn."""
MAX_WATCHED = 100
QUOTED_WITHIN = timedelta(days=7)
"""Searches go no further back."""
_KNOWN_STATES = frozenset({AccessCheck.WORKING, AccessCheck.REPAIRED, AccessCheck.REFUSED})


def access(app: App, *, now: datetime) -> int:
    """Check the accounts whose check is due. Returns of how many the network told the state."""
    found = [
        check_access(app.engine, network, account=app.accounts[account_id], now=now)
        for account_id, network in app.networks.items()
    ]
    return sum(each in _KNOWN_STATES for each in found)


def listen(app: App, *, now: datetime) -> int:
    """Give every feed that is due a turn, its account taking turns with others.

    An account whose network does not answer waits for the next round. Returns how many new mentions, revisions,
    messages and own posts were stored, and how many feeds are still to be read.
    """
    feeds_of = {account_id: network.feeds for account_id, network in app.networks.items()}
    with reading(app.engine) as session:
        due = in_turns(due_feeds(session, feeds_of, now=now))
    new, silent = 0, set[int]()
    for each in due:
        # Waiting for an answer that does not come, once for each of its feeds, would keep all others waiting.
        if each.account_id in silent:
            new += 1
            continue
        polled = _poll(app, each.account_id, each.feed, now)
        new += _new(polled)
        if polled.outcome is PollOutcome.UNREACHABLE:
            silent.add(each.account_id)
    return new


def _poll(app: App, account_id: int, feed: Feed, now: datetime) -> PollResult:
    account = app.accounts[account_id]
    with reading(app.engine) as session:
        about = posts_to_watch(session, account_id, feed, now=now)
    return poll_feed(
        app.engine,
        app.networks[account_id],
        account=account,
        feed=feed,
        claimant=app.claimant,
        actor=ACTOR,
        now=now,
        ports=ingest_ports(app, (account,), actor=ACTOR, now=now),
        about=about,
        price=read_price(account.network, feed),
        most_pages=PAGES_A_TURN,
        poll_every=timedelta(seconds=app.poll_seconds(account.name)),
    )


def _new(polled: PollResult) -> int:
    stored = polled.stored
    goes_on = polled.outcome is PollOutcome.TURN_OVER
    return stored.new_mentions + stored.new_revisions + stored.own_posts + stored.messages + goes_on


def posts_to_watch(session: Session, account_id: int, feed: Feed, *, now: datetime) -> tuple[str, ...]:
    """About which posts a feed is asked: threads in which somebody waits, or our own posts that may be quoted.

    The network's ids of up to a hundred, the newest first; empty for feeds that are about no post.
    """
    if feed is Feed.THREADS:
        return _open_threads(session, account_id)
    if feed is Feed.QUOTES:
        return _own_posts(session, account_id, since=now - QUOTED_WITHIN)
    return ()


def _open_threads(session: Session, account_id: int) -> tuple[str, ...]:
    query = (
        select(col(CaseThreadRow.root_external_id))
        .join(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .where(
            col(CaseThreadRow.account_id) == account_id,
            col(CaseThreadRow.leg) == Side.PUBLIC.value,
            col(CareCaseRow.closed_at).is_(None),
        )
        .group_by(col(CaseThreadRow.root_external_id))
        .order_by(func.max(col(CaseThreadRow.joined_at)).desc(), col(CaseThreadRow.root_external_id))
        .limit(MAX_WATCHED)
    )
    return tuple(session.execute(query).scalars())


def _own_posts(session: Session, account_id: int, *, since: datetime) -> tuple[str, ...]:
    query = (
        select(col(OwnPostRow.external_id))
        .where(col(OwnPostRow.account_id) == account_id, col(OwnPostRow.published_at) >= since)
        # Posts that stand by themselves are quoted more often than answers.
        .order_by(col(OwnPostRow.parent_external_id).is_not(None), col(OwnPostRow.published_at).desc())
        .limit(MAX_WATCHED)
    )
    return tuple(session.execute(query).scalars())
