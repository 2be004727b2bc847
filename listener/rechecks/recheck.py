"""Fetches stored mentions again: edited texts become new revisions, deleted posts are marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, bindparam, select, update
from sqlmodel import Session, col

from listener.health import PAUSE
from listener.ingest.intake import ingest_turn
from listener.ingest.mentions import store_mentions
from listener.ingest.ports import IngestPorts
from listener.ingest.sanitise import sanitise_post
from listener.recheck_schedule import is_charged, next_recheck
from listener.rechecks.refetch import is_permanent, is_transient, may_refetch, record_refetch, record_refetch_failure
from networks.errors import NetworkError
from networks.protocol import Network, Refetched
from records.bulk import VALUES, execute_by, fetch_by
from records.database import reading, writing
from records.leases import claim, still_held
from records.models import Account, Actor
from records.tables.listener import MentionAccountRow, MentionRow

OnGone = Callable[[Session, int, datetime], None]
"""Called in the transaction for a mention that the network no longer has: it is to be marked and waived."""

_ANY_DUE = (
    select(col(MentionRow.id))
    .where(col(MentionRow.check_due_at) <= bindparam("now"), col(MentionRow.deleted_at).is_(None))
    .limit(1)
)
_CLAIMED = (
    select(col(MentionRow.id), col(MentionRow.external_id), col(MentionRow.published_at))
    .where(col(MentionRow.id).in_(VALUES))
    .order_by(col(MentionRow.id))
)
_HELD = update(MentionRow).where(col(MentionRow.id).in_(VALUES), col(MentionRow.claimed_by) == bindparam("claimant"))
_RELEASE = _HELD.values(claimed_by=None, claimed_until=None)
_SET_NEXT = (
    update(MentionRow)
    .where(
        col(MentionRow.id) == bindparam("row"),
        col(MentionRow.claimed_by) == bindparam("claimant"),
        col(MentionRow.check_due_at) <= bindparam("now"),
    )
    .values(check_due_at=bindparam("next"))
)


@dataclass(frozen=True, kw_only=True)
class RecheckResult:
    """What fetching a batch again brought."""

    asked: int = 0
    edited: int = 0
    gone: int = 0
    error: NetworkError | None = None


@dataclass(frozen=True, kw_only=True)
class _Due:
    mention_id: int
    external_id: str
    published_at: datetime


def recheck(  # noqa: PLR0913 - one bundle more would only rename them
    engine: Engine,
    network: Network,
    *,
    account: Account,
    claimant: str,
    actor: Actor,
    now: datetime,
    ports: IngestPorts,
    on_gone: OnGone,
    price: float = 0.0,
) -> RecheckResult:
    """Fetch, in one call, the mentions of the account whose recheck is due.

    A failure is recorded, puts the next attempt off, and is returned.
    """
    due = _claim(engine, account, claimant=claimant, now=now, most=network.refetch_at_most)
    if not due:
        return RecheckResult()
    try:
        found = network.refetch(tuple(each.external_id for each in due))
    except NetworkError as error:
        _record_failure(engine, account, due, error, claimant=claimant, now=now)
        return RecheckResult(error=error)
    with writing(engine, in_turn=ingest_turn(account.network)) as session:
        held = still_held(session, MentionRow, [each.mention_id for each in due], claimant)
        ours = [each for each in due if each.mention_id in held]
        edited = _store(session, account, ours, found, actor=actor, now=now)
        gone = {*found.gone} & {each.external_id for each in ours}
        record_refetch(session, account, found.page, price=price, now=now)
        there = [each for each in ours if each.external_id not in gone]
        _schedule(session, account, there, claimant=claimant, now=now)
        _release(session, [each.mention_id for each in ours if each.external_id in gone], claimant=claimant)
        if edited:
            ports.on_edited(session, list(edited))
        for each in ours:
            if each.external_id in gone:
                on_gone(session, each.mention_id, now)
    return RecheckResult(asked=len(due), edited=len(edited), gone=len(gone))


def _claim(engine: Engine, account: Account, *, claimant: str, now: datetime, most: int) -> list[_Due]:
    concerned = select(col(MentionAccountRow.mention_id)).where(col(MentionAccountRow.account_id) == account.id)
    with reading(engine) as session:
        # Looked at often, and seldom due: a writer would keep others waiting for nothing.
        if session.connection().execute(_ANY_DUE, {"now": now}).first() is None:
            return []
    with writing(engine) as session:
        if not may_refetch(session, account, now=now):
            return []
        ids = claim(
            session,
            MentionRow,
            due=col(MentionRow.check_due_at),
            where=[col(MentionRow.deleted_at).is_(None), col(MentionRow.id).in_(concerned)],
            claimant=claimant,
            now=now,
            most=most,
        )
        return [
            _Due(mention_id=mention_id, external_id=external_id, published_at=published_at)
            for mention_id, external_id, published_at in fetch_by(session, _CLAIMED, ids)
        ]


def _store(
    session: Session, account: Account, due: Sequence[_Due], found: Refetched, *, actor: Actor, now: datetime
) -> tuple[int, ...]:
    asked = {each.external_id for each in due}
    posts = [sanitise_post(post) for post in found.page.posts if post.external_id in asked]
    return store_mentions(session, account=account, feed=None, posts=posts, actor=actor, now=now).edited_ids


def _schedule(session: Session, account: Account, due: Sequence[_Due], *, claimant: str, now: datetime) -> None:
    """Set when each is fetched next, unless something was said to have happened to it while we asked."""
    charged = is_charged(account.network)
    again = [
        {
            "row": each.mention_id,
            "next": next_recheck(each.published_at, now=now, charged=charged),
            "claimant": claimant,
            "now": now,
        }
        for each in due
    ]
    if again:
        session.connection().execute(_SET_NEXT, again)
    _release(session, [each.mention_id for each in due], claimant=claimant)


def _put_off(session: Session, due: Sequence[_Due], *, claimant: str, until: datetime) -> None:
    """A post over which the network stumbles must not keep others from their turn."""
    execute_by(session, _HELD, [each.mention_id for each in due], claimant=claimant, check_due_at=until)


def _release(session: Session, mention_ids: Sequence[int], *, claimant: str) -> None:
    execute_by(session, _RELEASE, mention_ids, claimant=claimant)


def _record_failure(
    engine: Engine, account: Account, due: Sequence[_Due], error: NetworkError, *, claimant: str, now: datetime
) -> None:
    with writing(engine) as session:
        if is_transient(error):
            _put_off(session, due, claimant=claimant, until=now + PAUSE)
        elif is_permanent(error):
            _schedule(session, account, due, claimant=claimant, now=now)
        record_refetch_failure(session, account, error, now=now)
        _release(session, [each.mention_id for each in due], claimant=claimant)
