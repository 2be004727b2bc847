"""Fetches stored mentions again: edited texts become new revisions, deleted posts are marked.

The text of a post that is marked as deleted is erased by the step `forget`, in `service/steps/forget.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, bindparam, exists, select
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
from records.bulk import VALUES, fetch_by
from records.database import reading, writing
from records.leases import DueRows, Lease
from records.models import Account, Actor
from records.tables.listener import MentionAccountRow, MentionRow

OnGone = Callable[[Session, int, datetime], None]
"""Called in the transaction for a mention that the network no longer has: it is to be marked and waived."""

_OF_ACCOUNT = exists().where(
    col(MentionAccountRow.mention_id) == col(MentionRow.id),
    col(MentionAccountRow.account_id) == bindparam("of_account"),
)
_DUE = DueRows(MentionRow, due=col(MentionRow.check_due_at), where=[col(MentionRow.deleted_at).is_(None), _OF_ACCOUNT])
_CLAIMED = (
    select(col(MentionRow.id), col(MentionRow.external_id), col(MentionRow.published_at))
    .where(col(MentionRow.id).in_(VALUES))
    .order_by(col(MentionRow.id))
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
    lease = _DUE.lease(
        engine,
        claimant=claimant,
        now=now,
        most=network.refetch_at_most,
        allowed=lambda session: may_refetch(session, account, now=now),
        of_account=account.id,
    )
    if not lease:
        return RecheckResult()
    due = _read(engine, lease)
    if not due:
        return RecheckResult()
    try:
        found = network.refetch(tuple(each.external_id for each in due))
    except NetworkError as error:
        _record_failure(engine, lease, account, due, error, now=now)
        return RecheckResult(error=error)
    with writing(engine, in_turn=ingest_turn(account.network)) as session:
        held = lease.held(session)
        ours = [each for each in due if each.mention_id in held]
        edited = _store(session, account, ours, found, actor=actor, now=now)
        gone = [each.mention_id for each in ours if each.external_id in {*found.gone}]
        record_refetch(session, account, found.page, price=price, now=now)
        _schedule(session, lease, account, [each for each in ours if each.mention_id not in gone], now=now)
        lease.give_back(session, gone)
        if edited:
            ports.on_edited(session, list(edited))
        for mention_id in gone:
            on_gone(session, mention_id, now)
    return RecheckResult(asked=len(due), edited=len(edited), gone=len(gone))


def _read(engine: Engine, lease: Lease) -> list[_Due]:
    with reading(engine) as session:
        return [
            _Due(mention_id=mention_id, external_id=external_id, published_at=published_at)
            for mention_id, external_id, published_at in fetch_by(session, _CLAIMED, lease.ids)
        ]


def _store(
    session: Session, account: Account, due: Sequence[_Due], found: Refetched, *, actor: Actor, now: datetime
) -> tuple[int, ...]:
    asked = {each.external_id for each in due}
    posts = [sanitise_post(post) for post in found.page.posts if post.external_id in asked]
    return store_mentions(session, account=account, feed=None, posts=posts, actor=actor, now=now).edited_ids


def _schedule(session: Session, lease: Lease, account: Account, due: Sequence[_Due], *, now: datetime) -> None:
    """Set when each is fetched next, unless something was said to have happened to it while we asked."""
    charged = is_charged(account.network)
    again = {each.mention_id: next_recheck(each.published_at, now=now, charged=charged) for each in due}
    lease.postpone(session, again, now=now)


def _record_failure(
    engine: Engine, lease: Lease, account: Account, due: Sequence[_Due], error: NetworkError, *, now: datetime
) -> None:
    with writing(engine) as session:
        if is_transient(error):
            # A post on which the network fails must not keep others from their turn.
            lease.settle(session, due_at=now + PAUSE)
        elif is_permanent(error):
            _schedule(session, lease, account, due, now=now)
        record_refetch_failure(session, account, error, now=now)
        lease.give_back(session)
