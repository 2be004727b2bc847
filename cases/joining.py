"""Opens cases, joins contacts to open ones, and reopens those that were closed lately."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cases.queue_order import exposure_since
from cases.state import CaseEvent, CaseState, InboundContact, Side, state_after, status_after
from cases.threads import join_threads
from ledger.entry import Entry
from ledger.log import append
from records.database import is_sqlite
from records.enums import CaseStatus, Priority, PrivateState, Queue
from records.models import Actor
from records.tables.cases import CareCaseRow

CaseKey = tuple[int, str]
"""Identity id and brand."""
_Groups = Mapping[CaseKey, Sequence[InboundContact]]
_IDENTITIES_A_QUERY = 1000
_MOST_REFERENCE_CLASHES = 20
_COLUMNS = (
    col(CareCaseRow.id),
    col(CareCaseRow.identity_id),
    col(CareCaseRow.brand),
    col(CareCaseRow.status),
    col(CareCaseRow.queue),
    col(CareCaseRow.priority),
    col(CareCaseRow.harm),
    col(CareCaseRow.reach),
    col(CareCaseRow.p_negative),
    col(CareCaseRow.waiting_since),
    col(CareCaseRow.respond_by),
    col(CareCaseRow.first_responded_at),
    col(CareCaseRow.late_because),
)


def join_many(
    session: Session,
    joins: Sequence[InboundContact],
    *,
    actor: Actor,
    now: datetime,
) -> dict[CaseKey, int]:
    """Join each to the open case of its author and brand, opened where there is none.

    A person who waits in public again within 14 days of the close reopens the last case instead, which is logged.
    Returns the case of each (identity id, brand). The cases are held until the transaction ends.
    """
    groups = _by_case(joins)
    if not groups:
        return {}
    session.flush()
    held, reopened = _held_or_opened(session, groups, now)
    _store(session, groups, held, now)
    cases = {key: case_id for key, (case_id, _) in held.items()}
    join_threads(session, [(cases[_key(contact)], contact) for contact in joins], now=now)
    append(session, [_reopening(case_id, actor, now) for case_id in reopened])
    return cases


def hold_open_cases(session: Session, identity_ids: Collection[int]) -> None:
    """Lock the open cases of these identities until the transaction ends, in the order in which `join_many` locks them.

    For a transaction that joins contacts one after the other: two such transactions that locked the same cases in two
    orders would wait for each other, and PostgreSQL would end one of them.
    """
    for part in _parts(sorted(set(identity_ids))):
        query = (
            select(col(CareCaseRow.id))
            .where(col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.identity_id).in_(part))
            .order_by(col(CareCaseRow.id))
            .with_for_update()
        )
        session.connection().execute(query).all()


def _key(contact: InboundContact) -> CaseKey:
    return contact.identity_id, contact.brand


def _by_case(joins: Sequence[InboundContact]) -> dict[CaseKey, list[InboundContact]]:
    ordered = sorted(joins, key=lambda contact: (_key(contact), contact.published_at))
    return {key: list(group) for key, group in groupby(ordered, key=_key)}


def _held_or_opened(
    session: Session, groups: _Groups, now: datetime
) -> tuple[dict[CaseKey, tuple[int, CaseState]], list[int]]:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    reopened: list[int] = []
    for _ in range(_MOST_REFERENCE_CLASHES):
        held = _held(session, groups)
        missing = [key for key in groups if key not in held]
        if not missing:
            return held, reopened
        back = [key for key in missing if any(_complains_anew(contact) for contact in groups[key])]
        if back and (again := reopen_for(session, back, now=now)):
            reopened += again
            continue
        # Does nothing where the reference is taken, or another process opened the case: the next look tells.
        session.connection().execute(
            insert(CareCaseRow).on_conflict_do_nothing(), [_new_row(key, groups[key][0], now) for key in missing]
        )
    raise RuntimeError("No free case reference was found: references need more marks.")


def _complains_anew(contact: InboundContact) -> bool:
    return contact.waits and contact.side is Side.PUBLIC


def _reopening(case_id: int, actor: Actor, now: datetime) -> Entry:
    source = actor.tag.partition(":")[0]
    return Entry(kind=f"{source}:case:reopened", at=now, actor=actor.tag, case_id=case_id, body={})


def _held(session: Session, groups: _Groups) -> dict[CaseKey, tuple[int, CaseState]]:
    held: dict[CaseKey, tuple[int, CaseState]] = {}
    for part in _parts(sorted({identity_id for identity_id, _ in groups})):
        query = (
            select(*_COLUMNS)
            .where(col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.identity_id).in_(part))
            .order_by(col(CareCaseRow.id))
            .with_for_update()
        )
        for row in session.connection().execute(query):
            if (row.identity_id, row.brand) in groups:
                held[row.identity_id, row.brand] = row.id, _state(row)
    return held


def _store(session: Session, groups: _Groups, held: dict[CaseKey, tuple[int, CaseState]], now: datetime) -> None:
    changed = []
    for key, (case_id, before) in held.items():
        state = before
        for contact in groups[key]:
            state = state_after(state, contact)
        if state != before:
            changed.append(_changes(case_id, state, now))
    if changed:
        session.connection().execute(update(CareCaseRow).where(col(CareCaseRow.id) == bindparam("which")), changed)


def _changes(case_id: int, state: CaseState, now: datetime) -> dict[str, object]:
    exposed = exposure_since(state.waiting_since, reach=state.reach, p_negative=state.p_negative, now=now)
    return {
        "which": case_id,
        "status": state.status.value,
        "queue": state.queue.value,
        "priority": state.priority.value,
        "harm": state.harm,
        "reach": state.reach,
        "p_negative": state.p_negative,
        "waiting_since": state.waiting_since,
        "respond_by": state.respond_by,
        "late_because": state.late_because,
        "exposure": exposed,
        "exposure_as_of": now,
    }


def _state(row: Row[*tuple[Any, ...]]) -> CaseState:
    return CaseState(
        status=CaseStatus(row.status),
        queue=Queue(row.queue),
        priority=Priority(row.priority),
        harm=row.harm,
        reach=row.reach,
        p_negative=row.p_negative,
        waiting_since=row.waiting_since,
        respond_by=row.respond_by,
        first_responded_at=row.first_responded_at,
        late_because=row.late_because,
    )


def _parts(identity_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(identity_ids), _IDENTITIES_A_QUERY):
        yield identity_ids[start : start + _IDENTITIES_A_QUERY]


def _new_row(key: CaseKey, first: InboundContact, now: datetime) -> dict[str, object]:
    identity_id, brand = key
    return {
        "reference": new_reference(),
        "identity_id": identity_id,
        "brand": brand,
        "subject_class": "general",
        "status": CaseStatus.OPEN.value,
        "queue": first.queue.value,
        "priority": Priority.LOW.value,
        "harm": False,
        "exposure": 0.0,
        "reach": 0,
        "p_negative": 0.0,
        "handed_over_note": "",
        "opened_at": now,
    }


REOPENS_WITHIN = timedelta(days=14)


_AS_NEW: dict[str, object] = {
    "closed_at": None,
    "assignee_id": None,
    "private_state": PrivateState.NONE.value,
    "private_since": None,
    "private_waiting_since": None,
    "solved_at": None,
    "close_by": None,
    "public_closed_at": None,
    "waiver": None,
    "waiting_since": None,
    "respond_by": None,
    "first_responded_at": None,
    "late_because": None,
    "handed_over_at": None,
    "handed_over_note": "",
    "priority": Priority.LOW.value,
    "harm": False,
    "reach": 0,
    "p_negative": 0.0,
}
"""What a reopened case forgets: its clocks run anew, and its private side was about something that is over."""


def reopenable(session: Session, keys: Collection[CaseKey], *, now: datetime) -> dict[CaseKey, int]:
    """The case that a public post of each would reopen: the last one, closed within 14 days, where none is open."""
    found: dict[CaseKey, int] = {}
    for part in _parts(sorted({identity_id for identity_id, _ in keys})):
        for identity_id, brand, case_id in session.execute(_closed_lately(part, now)):
            if (identity_id, brand) in keys and case_id is not None:
                found[identity_id, brand] = case_id
    return found


def reopen_for(session: Session, keys: Collection[CaseKey], *, now: datetime) -> list[int]:
    """Reopen the cases of `reopenable`: everything begins again, but its reference and threads stay.

    Returns the ids of those that were reopened here; another process may have been first.
    """
    reopened = []
    other = aliased(CareCaseRow)
    for (identity_id, brand), case_id in sorted(reopenable(session, keys, now=now).items()):
        is_open = exists().where(
            col(other.identity_id) == identity_id, col(other.brand) == brand, col(other.closed_at).is_(None)
        )
        done = session.execute(
            update(CareCaseRow)
            .where(col(CareCaseRow.id) == case_id, col(CareCaseRow.closed_at).is_not(None), ~is_open)
            .values(**_AS_NEW, status=status_after(CaseStatus.CLOSED, CaseEvent.REOPENED).value, reopened_at=now)
            .execution_options(synchronize_session=False)
            .returning(col(CareCaseRow.id))
        ).scalar()
        if done is not None:
            reopened.append(case_id)
    return reopened


def _closed_lately(identity_ids: Sequence[int], now: datetime) -> Select[int, str, int | None]:
    newer = aliased(CareCaseRow)
    has_newer = exists().where(
        col(newer.identity_id) == col(CareCaseRow.identity_id),
        col(newer.brand) == col(CareCaseRow.brand),
        col(newer.id) > col(CareCaseRow.id),
    )
    return (
        select(col(CareCaseRow.identity_id), col(CareCaseRow.brand), col(CareCaseRow.id))
        .where(
            col(CareCaseRow.identity_id).in_(identity_ids),
            col(CareCaseRow.closed_at) > now - REOPENS_WITHIN,
            ~has_newer,
        )
        .order_by(col(CareCaseRow.id))
    )


# No mark that is read or heard as another: 0 O, 1 I L, 5 S, 8 B, 2 Z (Z left out), U V (U left out), A 4 (A left out).
REFERENCE_MARKS = "234679CDEFGHJKMNPQRTVWXY"
_LENGTH = 6


def new_reference() -> str:
    """A random reference such as `AP-7F3K2Q`. It proves nothing about who gives it."""
    return "AP-" + "".join(secrets.choice(REFERENCE_MARKS) for _ in range(_LENGTH))
