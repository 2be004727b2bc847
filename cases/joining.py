"""Opening cases, and joining what is heard to those that are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from cases.exposure import exposure_since
from cases.legs import join_legs
from cases.reference import new_reference
from cases.reopening import CaseKey, reopen_for
from cases.standing import Joining, Leg, Standing, joined
from ledger.entry import Entry
from ledger.log import append
from records.database import is_sqlite
from records.nouns import Actor
from records.tables.cases import CareCaseRow
from records.words import CaseStatus, Priority, Queue

__all__ = ["CaseKey", "Joining", "join_many"]

_Groups = Mapping[CaseKey, Sequence[Joining]]
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
    joins: Sequence[Joining],
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
    join_legs(session, [(cases[_key(joining)], joining) for joining in joins], now=now)
    append(session, [_reopening(case_id, actor, now) for case_id in reopened])
    return cases


def _key(joining: Joining) -> CaseKey:
    return joining.identity_id, joining.brand


def _by_case(joins: Sequence[Joining]) -> dict[CaseKey, list[Joining]]:
    ordered = sorted(joins, key=lambda joining: (_key(joining), joining.published_at))
    return {key: list(group) for key, group in groupby(ordered, key=_key)}


def _held_or_opened(
    session: Session, groups: _Groups, now: datetime
) -> tuple[dict[CaseKey, tuple[int, Standing]], list[int]]:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    reopened: list[int] = []
    for _ in range(_MOST_REFERENCE_CLASHES):
        held = _held(session, groups)
        missing = [key for key in groups if key not in held]
        if not missing:
            return held, reopened
        back = [key for key in missing if any(_complains_anew(joining) for joining in groups[key])]
        if back and (again := reopen_for(session, back, now=now)):
            reopened += again
            continue
        # Does nothing where the reference is taken, or another process opened the case: the next look tells.
        session.connection().execute(
            insert(CareCaseRow).on_conflict_do_nothing(), [_new_row(key, groups[key][0], now) for key in missing]
        )
    raise RuntimeError("No free case reference was found: references need more marks.")


def _complains_anew(joining: Joining) -> bool:
    return joining.waits and joining.leg == Leg.PUBLIC


def _reopening(case_id: int, actor: Actor, now: datetime) -> Entry:
    source = actor.tag.partition(":")[0]
    return Entry(kind=f"{source}:case:reopened", at=now, actor=actor.tag, case_id=case_id, body={})


def _held(session: Session, groups: _Groups) -> dict[CaseKey, tuple[int, Standing]]:
    held: dict[CaseKey, tuple[int, Standing]] = {}
    for part in _parts(sorted({identity_id for identity_id, _ in groups})):
        query = (
            select(*_COLUMNS)
            .where(col(CareCaseRow.closed_at).is_(None), col(CareCaseRow.identity_id).in_(part))
            .order_by(col(CareCaseRow.id))
            .with_for_update()
        )
        for row in session.connection().execute(query):
            if (row.identity_id, row.brand) in groups:
                held[row.identity_id, row.brand] = row.id, _standing(row)
    return held


def _store(session: Session, groups: _Groups, held: dict[CaseKey, tuple[int, Standing]], now: datetime) -> None:
    changed = []
    for key, (case_id, before) in held.items():
        standing = before
        for joining in groups[key]:
            standing = joined(standing, joining)
        if standing != before:
            changed.append(_changes(case_id, standing, now))
    if changed:
        session.connection().execute(update(CareCaseRow).where(col(CareCaseRow.id) == bindparam("which")), changed)


def _changes(case_id: int, standing: Standing, now: datetime) -> dict[str, object]:
    exposed = exposure_since(standing.waiting_since, reach=standing.reach, p_negative=standing.p_negative, now=now)
    return {
        "which": case_id,
        "status": standing.status.value,
        "queue": standing.queue.value,
        "priority": standing.priority.value,
        "harm": standing.harm,
        "reach": standing.reach,
        "p_negative": standing.p_negative,
        "waiting_since": standing.waiting_since,
        "respond_by": standing.respond_by,
        "late_because": standing.late_because,
        "exposure": exposed,
        "exposure_as_of": now,
    }


def _standing(row: Row[*tuple[Any, ...]]) -> Standing:
    return Standing(
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


def _new_row(key: CaseKey, first: Joining, now: datetime) -> dict[str, object]:
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
