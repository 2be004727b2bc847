"""How the open case of a person stands, as far as facts are made of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.words import PrivateState

CaseKey = tuple[int, str]
"""Identity id and brand: what has at most one open case."""


@dataclass(frozen=True, kw_only=True)
class CaseStanding:
    """One open case, or that there is none."""

    open: bool = False
    private_state: str = PrivateState.NONE
    reopened: bool = False
    """It was closed once already."""
    assigned: bool = False
    waits: bool = False
    """The person waits for us, in public or in private."""
    mentions: int = 0
    """Posts of the person in the threads of the case."""
    first_mention_at: datetime | None = None

    def is_chased_by(self, published_at: datetime) -> bool:
        """True for a post that asks again: an earlier one of the same case still waits."""
        return self.waits and self.first_mention_at is not None and self.first_mention_at < published_at


NO_CASE = CaseStanding()


def open_cases(session: Session, identities: Collection[int]) -> Mapping[CaseKey, CaseStanding]:
    """The open cases of these people, by identity and brand. Two queries."""
    rows = session.connection().execute(_cases(identities)).all()
    if not rows:
        return {}
    posts = {row.case_id: row for row in session.connection().execute(_posts([row.id for row in rows]))}
    return {(row.identity_id, row.brand): _standing(row, posts.get(row.id)) for row in rows}


def _standing(row: Row[Any], posts: Row[Any] | None) -> CaseStanding:
    return CaseStanding(
        open=True,
        private_state=row.private_state,
        reopened=row.reopened_at is not None,
        assigned=row.assignee_id is not None,
        waits=row.waiting_since is not None or row.private_waiting_since is not None,
        mentions=posts.mentions if posts else 0,
        first_mention_at=posts.first_at if posts else None,
    )


_COLUMNS = (
    *("id", "identity_id", "brand", "private_state", "assignee_id", "waiting_since", "private_waiting_since"),
    "reopened_at",
)


def _cases(identities: Collection[int]) -> Any:
    columns: list[Any] = [col(getattr(CareCaseRow, name)) for name in _COLUMNS]
    return select(*columns).where(col(CareCaseRow.identity_id).in_(identities), col(CareCaseRow.closed_at).is_(None))


def _posts(case_ids: Collection[int]) -> Any:
    published_at = MentionRow.__table__.c.published_at  # type: ignore[attr-defined]
    return (
        select(
            col(CaseThreadRow.case_id),
            func.count(col(MentionRow.id).distinct()).label("mentions"),
            func.min(published_at, type_=published_at.type).label("first_at"),
        )
        .join(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .join(
            MentionRow,
            (col(MentionRow.identity_id) == col(CareCaseRow.identity_id))
            & (col(MentionRow.root_external_id) == col(CaseThreadRow.root_external_id)),
        )
        .join(
            MentionAccountRow,
            (col(MentionAccountRow.mention_id) == col(MentionRow.id))
            & (col(MentionAccountRow.account_id) == col(CaseThreadRow.account_id)),
        )
        .where(col(CaseThreadRow.case_id).in_(case_ids), col(CaseThreadRow.leg) == "public")
        .group_by(col(CaseThreadRow.case_id))
    )
