"""Fetches stored mentions again: edited texts become new revisions, deleted posts are marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, bindparam, select, update
from sqlmodel import Session, col

from listener.health import PAUSE
from listener.ingest.intake import OnMentions, ingest_turn
from listener.ingest.mentions import store_mentions
from listener.ingest.sanitise import sanitise_post
from listener.recheck_schedule import is_charged, next_recheck
from listener.rechecks.refetch import is_permanent, is_transient, may_refetch, record_refetch, record_refetch_failure
from networks.errors import NetworkError
from networks.protocol import Network, Refetched
from records.database import reading, writing
from records.leases import claim, still_held
from records.models import Account, Actor
from records.tables.listener import MentionAccountRow, MentionRow

OnGone = Callable[[Session, int, datetime], None]
"""Told, in the transaction, of a mention that the network no longer has: it is to be marked and waived."""


@dataclass(frozen=True, kw_only=True)
class RecheckResult:
    """What came of asking again for a batch."""

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
    on_edited: OnMentions,
    on_gone: OnGone,
    price: float = 0.0,
) -> RecheckResult:
    """Ask again, in one call, for mentions of the account whose time has come.

    A failure is recorded, puts the next attempt off, and is returned.
    """
    due = _claim(engine, account, claimant=claimant, now=now, most=network.refetch_at_most)
    if not due:
        return RecheckResult()
    try:
        found = network.refetch(tuple(each.external_id for each in due))
    except NetworkError as error:
        _note_failure(engine, account, due, error, claimant=claimant, now=now)
        return RecheckResult(error=error)
    with writing(engine, in_turn=ingest_turn(account.network)) as session:
        held = still_held(session, MentionRow, [each.mention_id for each in due], claimant)
        ours = [each for each in due if each.mention_id in held]
        edited = _store(session, account, ours, found, actor=actor, now=now)
        gone = {*found.gone} & {each.external_id for each in ours}
        record_refetch(session, account, found.page, price=price, now=now)
        there = [each for each in ours if each.external_id not in gone]
        _settle(session, account, there, claimant=claimant, now=now)
        _leave(session, [each.mention_id for each in ours if each.external_id in gone], claimant=claimant)
        if edited:
            on_edited(session, list(edited))
        for each in ours:
            if each.external_id in gone:
                on_gone(session, each.mention_id, now)
    return RecheckResult(asked=len(due), edited=len(edited), gone=len(gone))


def _claim(engine: Engine, account: Account, *, claimant: str, now: datetime, most: int) -> list[_Due]:
    concerned = select(col(MentionAccountRow.mention_id)).where(col(MentionAccountRow.account_id) == account.id)
    with reading(engine) as session:
        # Looked at often, and seldom due: a writer would keep others waiting for nothing.
        if not _any_due(session, now):
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
        query = select(col(MentionRow.id), col(MentionRow.external_id), col(MentionRow.published_at)).where(
            col(MentionRow.id).in_(ids)
        )
        return [
            _Due(mention_id=mention_id or 0, external_id=external_id, published_at=published_at)
            for mention_id, external_id, published_at in session.execute(query.order_by(col(MentionRow.id)))
        ]


def _any_due(session: Session, now: datetime) -> bool:
    query = select(col(MentionRow.id)).where(col(MentionRow.check_due_at) <= now, col(MentionRow.deleted_at).is_(None))
    return session.execute(query.limit(1)).first() is not None


def _store(
    session: Session, account: Account, due: Sequence[_Due], found: Refetched, *, actor: Actor, now: datetime
) -> tuple[int, ...]:
    asked = {each.external_id for each in due}
    posts = [sanitise_post(post) for post in found.page.posts if post.external_id in asked]
    return store_mentions(session, account=account, feed=None, posts=posts, actor=actor, now=now).edited_ids


def _settle(session: Session, account: Account, due: Sequence[_Due], *, claimant: str, now: datetime) -> None:
    """Say when each is asked for next, unless something was said to have happened to it while we asked."""
    charged = is_charged(account.network)
    again = [
        {"row": each.mention_id, "next": next_recheck(each.published_at, now=now, charged=charged)} for each in due
    ]
    if again:
        _update_each(session, again, claimant=claimant, now=now)
    _leave(session, [each.mention_id for each in due], claimant=claimant)


def _put_off(session: Session, due: Sequence[_Due], *, claimant: str, until: datetime) -> None:
    """A post that the network stumbles over must not keep others from their turn."""
    session.connection().execute(
        update(MentionRow)
        .where(col(MentionRow.id).in_([each.mention_id for each in due]), col(MentionRow.claimed_by) == claimant)
        .values(check_due_at=until)
    )


def _update_each(session: Session, values: Sequence[Mapping[str, object]], *, claimant: str, now: datetime) -> None:
    session.connection().execute(
        update(MentionRow.__table__)  # type: ignore[attr-defined]
        .where(
            col(MentionRow.id) == bindparam("row"),
            col(MentionRow.claimed_by) == claimant,
            col(MentionRow.check_due_at) <= now,
        )
        .values(check_due_at=bindparam("next")),
        list(values),
    )


def _leave(session: Session, mention_ids: Sequence[int], *, claimant: str) -> None:
    session.connection().execute(
        update(MentionRow)
        .where(col(MentionRow.id).in_(mention_ids), col(MentionRow.claimed_by) == claimant)
        .values(claimed_by=None, claimed_until=None)
    )


def _note_failure(
    engine: Engine, account: Account, due: Sequence[_Due], error: NetworkError, *, claimant: str, now: datetime
) -> None:
    with writing(engine) as session:
        if is_transient(error):
            _put_off(session, due, claimant=claimant, until=now + PAUSE)
        elif is_permanent(error):
            _settle(session, account, due, claimant=claimant, now=now)
        record_refetch_failure(session, account, error, now=now)
        _leave(session, [each.mention_id for each in due], claimant=claimant)
