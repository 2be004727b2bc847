"""A person who comes back soon after a case was closed goes on in that case."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cases.life import CaseEvent, after
from records.tables.cases import CareCaseRow
from records.words import CaseStatus, Priority, PrivateState

REOPENS_WITHIN = timedelta(days=14)

CaseKey = tuple[int, str]
"""Identity id and brand."""

_IDENTITIES_A_QUERY = 1000
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
"""What a reopened case forgets: its clocks run anew, and what was said aside was said about something that is over."""


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
            .values(**_AS_NEW, status=after(CaseStatus.CLOSED, CaseEvent.REOPENED).value, reopened_at=now)
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


def _parts(identity_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(identity_ids), _IDENTITIES_A_QUERY):
        yield identity_ids[start : start + _IDENTITIES_A_QUERY]
