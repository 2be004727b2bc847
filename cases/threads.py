"""The threads of a case, public and private, and the latest mention in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from cases.state import InboundContact, Side
from records.database import is_sqlite
from records.tables.cases import CaseThreadRow
from records.tables.listener import MentionRow
from records.tables.service import AccountRow

_CASES_A_QUERY = 1000
_UNIQUE = ["case_id", "account_id", "leg", "root_external_id"]


@dataclass(frozen=True)
class _Thread:
    case_id: int
    account_id: int
    leg: str
    root_external_id: str


@dataclass(frozen=True)
class _Latest:
    mention_id: int | None
    published_at: datetime | None

    def or_newer(self, mention_id: int | None, published_at: datetime) -> _Latest:
        if mention_id is None or (self.published_at is not None and self.published_at > published_at):
            return self
        return _Latest(mention_id, published_at)


def join_threads(session: Session, joins: Sequence[tuple[int, InboundContact]], *, now: datetime) -> None:
    """Store the thread of each `(case id, contact)` once, pointing to the latest mention of the person in it."""
    known = _known(session, sorted({case_id for case_id, _ in joins}))
    latest: dict[_Thread, _Latest] = {}
    for case_id, contact in joins:
        thread = _Thread(case_id, contact.account_id, contact.side.value, contact.root_external_id)
        before = latest.get(thread) or known.get(thread) or _Latest(None, None)
        latest[thread] = before.or_newer(contact.mention_id, contact.published_at)
    changed = [(thread, found.mention_id) for thread, found in latest.items() if known.get(thread) != found]
    if changed:
        _upsert(session, changed, now)


def move_threads(session: Session, *, network: str, before: str, after: str) -> None:
    """Public threads under `before` hang under `after`, which turned out to be the root of their conversation.

    A case that has a thread there already keeps one, with the latest mention.
    """
    accounts = select(col(AccountRow.id)).where(col(AccountRow.network) == network)
    query = select(CaseThreadRow).where(
        col(CaseThreadRow.account_id).in_(accounts),
        col(CaseThreadRow.leg) == Side.PUBLIC.value,
        col(CaseThreadRow.root_external_id).in_([before, after]),
    )
    rows = list(session.execute(query).scalars())
    there = {(row.case_id, row.account_id): row for row in rows if row.root_external_id == after}
    for row in rows:
        if row.root_external_id == after:
            continue
        kept = there.get((row.case_id, row.account_id))
        if kept is None:
            row.root_external_id = after
            session.add(row)
        else:
            kept.mention_id = _latest_of(session, [kept.mention_id, row.mention_id])
            session.add(kept)
            session.delete(row)
    session.flush()


def _latest_of(session: Session, mention_ids: Sequence[int | None]) -> int | None:
    query = (
        select(col(MentionRow.id))
        .where(col(MentionRow.id).in_([each for each in mention_ids if each is not None]))
        .order_by(col(MentionRow.published_at).desc(), col(MentionRow.id).desc())
    )
    found: int | None = session.execute(query.limit(1)).scalar()
    return found


def _known(session: Session, case_ids: Sequence[int]) -> dict[_Thread, _Latest]:
    threads: dict[_Thread, _Latest] = {}
    columns = (
        col(CaseThreadRow.case_id),
        col(CaseThreadRow.account_id),
        col(CaseThreadRow.leg),
        col(CaseThreadRow.root_external_id),
        col(CaseThreadRow.mention_id),
        col(MentionRow.published_at),
    )
    for part in _parts(case_ids):
        query = (
            select(*columns)
            .outerjoin(MentionRow, col(MentionRow.id) == col(CaseThreadRow.mention_id))
            .where(col(CaseThreadRow.case_id).in_(part))
        )
        for case_id, account_id, leg, root, mention_id, published_at in session.connection().execute(query):
            threads[_Thread(case_id, account_id, leg, root)] = _Latest(mention_id, published_at)
    return threads


def _upsert(session: Session, threads: Sequence[tuple[_Thread, int | None]], now: datetime) -> None:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(CaseThreadRow)
    rows = [
        {
            "case_id": thread.case_id,
            "account_id": thread.account_id,
            "leg": thread.leg,
            "root_external_id": thread.root_external_id,
            "mention_id": mention_id,
            "joined_at": now,
        }
        for thread, mention_id in threads
    ]
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=_UNIQUE, set_={"mention_id": statement.excluded.mention_id}),
        rows,
    )


def _parts(case_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(case_ids), _CASES_A_QUERY):
        yield case_ids[start : start + _CASES_A_QUERY]
