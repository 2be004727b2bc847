"""Posts that a webhook named without their text: fetched until the network shows them, or the attempts are used up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, bindparam, delete, func, select
from sqlmodel import Session, col

from listener.health import PAUSE
from listener.ingest.intake import ingest_turn, store_page
from listener.ingest.ports import IngestPorts
from listener.ingest.threads import known_roots
from listener.rechecks.refetch import is_permanent, is_transient, may_refetch, record_refetch, record_refetch_failure
from networks.errors import NetworkError
from networks.protocol import FeedPage, Network
from records.bulk import VALUES, add_missing, execute_by, fetch_by
from records.database import reading, writing
from records.enums import Feed
from records.leases import DueRows, Lease
from records.models import Account, Actor, FetchedPost
from records.tables.listener import OwnPostRow, PendingPostRow

MOST_PENDING = 1_000
"""Of one account: who holds its secret must not fill the database."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
"""After each attempt in vain; after the last pause, one more attempt and never again."""
KEPT_FOR = timedelta(days=60)

_ID = re.compile(r"[0-9]{1,40}(_[0-9]{1,40})?")
_COMMENT = "comment"

_OF_ACCOUNT = col(PendingPostRow.account_id) == bindparam("of_account")
_COUNT = select(func.count()).select_from(PendingPostRow).where(_OF_ACCOUNT)
_PENDING = select(col(PendingPostRow.external_id)).where(_OF_ACCOUNT, col(PendingPostRow.external_id).in_(VALUES))
_DUE = DueRows(PendingPostRow, due=col(PendingPostRow.ask_due_at), where=[_OF_ACCOUNT])
_CLAIMED = (
    select(col(PendingPostRow.id), col(PendingPostRow.external_id), col(PendingPostRow.attempts))
    .where(col(PendingPostRow.id).in_(VALUES))
    .order_by(col(PendingPostRow.id))
)
_OWN_POSTS = select(col(OwnPostRow.external_id)).where(
    col(OwnPostRow.network) == bindparam("network"), col(OwnPostRow.external_id).in_(VALUES)
)
_DROP = delete(PendingPostRow).where(col(PendingPostRow.id).in_(VALUES))
_FORGET = delete(PendingPostRow).where(col(PendingPostRow.told_at) < bindparam("before"))
_ONE_MORE = {"attempts": col(PendingPostRow.attempts) + 1}


@dataclass(frozen=True, kw_only=True)
class PendingResult:
    """What fetching a batch brought."""

    asked: int = 0
    read: int = 0
    error: NetworkError | None = None


@dataclass(frozen=True, kw_only=True)
class _Due:
    row_id: int
    external_id: str
    attempts: int


def add_pending(session: Session, account: Account, external_ids: Sequence[str], *, now: datetime) -> int:
    """Keep these ids, to fetch their posts later, and return how many are new.

    What is no id of any network, what is stored already, and what exceeds the bound is left out.
    """
    ids = [each for each in dict.fromkeys(external_ids) if _ID.fullmatch(each)]
    if not ids:
        return 0
    known = {*known_roots(session, account.network, ids), *_pending_among(session, account, ids)}
    new = [each for each in ids if each not in known][: max(0, MOST_PENDING - _count_pending(session, account))]
    rows = [
        {
            "account_id": account.id,
            "network": account.network,
            "external_id": each,
            "told_at": now,
            "ask_due_at": now,
            "attempts": 0,
        }
        for each in new
    ]
    add_missing(session, PendingPostRow, rows, unique=("account_id", "external_id"))
    return len(new)


def fetch_pending(
    engine: Engine,
    network: Network,
    *,
    account: Account,
    claimant: str,
    actor: Actor,
    now: datetime,
    ports: IngestPorts,
    price: float = 0.0,
) -> PendingResult:
    """Fetch, in one call, posts of the account that deliveries named, and store those that the network shows.

    Deliveries run ahead of what a network shows: what it says is gone is fetched again too. A failure is recorded,
    puts the next attempt off, and is returned.
    """
    lease = _DUE.lease(
        engine,
        claimant=claimant,
        now=now,
        most=network.refetch_at_most,
        allowed=lambda session: may_refetch(session, account, now=now),
        of_account=account.id,
    )
    due = _read(engine, lease) if lease else []
    if not due:
        return PendingResult()
    try:
        page = network.refetch(tuple(each.external_id for each in due)).page
    except NetworkError as error:
        _record_failure(engine, lease, account, due, error, now=now)
        return PendingResult(error=error)
    shown = {post.external_id for post in page.posts} | {post.external_id for post in page.own}
    shown |= {post.revision_external_id for post in page.posts}
    with writing(engine, in_turn=ingest_turn(account.network)) as session:
        held = lease.held(session)
        ours = [each for each in due if each.row_id in held]
        read = [each for each in ours if each.external_id in shown]
        record_refetch(session, account, page, price=price, now=now)
        _drop(session, [each.row_id for each in read])
        _try_later(session, lease, [each for each in ours if each.external_id not in shown], now=now)
        for feed, part in _by_feed(session, account, page):
            store_page(session, account=account, feed=feed, page=part, ports=ports, actor=actor, now=now)
    return PendingResult(asked=len(due), read=len(read))


def forget_pending(session: Session, *, now: datetime) -> None:
    """Give up what was named so long ago that no network shows it any more."""
    session.connection().execute(_FORGET, {"before": now - KEPT_FOR})


def _count_pending(session: Session, account: Account) -> int:
    return session.connection().execute(_COUNT, {"of_account": account.id}).scalar_one()


def _pending_among(session: Session, account: Account, external_ids: Sequence[str]) -> set[str]:
    return {row[0] for row in fetch_by(session, _PENDING, external_ids, of_account=account.id)}


def _read(engine: Engine, lease: Lease) -> list[_Due]:
    with reading(engine) as session:
        return [
            _Due(row_id=row_id, external_id=external_id, attempts=attempts)
            for row_id, external_id, attempts in fetch_by(session, _CLAIMED, lease.ids)
        ]


def _by_feed(session: Session, account: Account, page: FeedPage) -> list[tuple[Feed, FeedPage]]:
    """Comments under what is our own as comments, the rest as mentions."""
    roots = sorted({post.root_external_id for post in page.posts if post.kind == _COMMENT})
    ours = _own_among(session, account.network, roots)
    comments = tuple(post for post in page.posts if _is_comment_to(post, ours))
    mentions = tuple(post for post in page.posts if not _is_comment_to(post, ours))
    pages = [(Feed.MENTIONS, FeedPage(posts=mentions, own=page.own)), (Feed.COMMENTS, FeedPage(posts=comments))]
    return [(feed, part) for feed, part in pages if part.posts or part.own]


def _is_comment_to(post: FetchedPost, roots: set[str]) -> bool:
    return post.kind == _COMMENT and post.root_external_id in roots


def _own_among(session: Session, network: str, external_ids: Sequence[str]) -> set[str]:
    return {row[0] for row in fetch_by(session, _OWN_POSTS, external_ids, network=network)}


def _drop(session: Session, row_ids: Sequence[int]) -> None:
    execute_by(session, _DROP, row_ids)


def _try_later(session: Session, lease: Lease, due: Sequence[_Due], *, now: datetime) -> None:
    _drop(session, [each.row_id for each in due if each.attempts >= len(PAUSES)])
    again = {each.row_id: now + PAUSES[each.attempts] for each in due if each.attempts < len(PAUSES)}
    lease.postpone(session, again, now=now, values=_ONE_MORE)


def _record_failure(
    engine: Engine, lease: Lease, account: Account, due: Sequence[_Due], error: NetworkError, *, now: datetime
) -> None:
    with writing(engine) as session:
        held = lease.held(session)
        record_refetch_failure(session, account, error, now=now)
        if is_permanent(error):
            _try_later(session, lease, [each for each in due if each.row_id in held], now=now)
        else:
            # A post on which the network fails must not keep others from their turn.
            lease.settle(session, due_at=now + PAUSE if is_transient(error) else now)
