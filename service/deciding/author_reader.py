"""Reads what is known of the authors of mentions: open cases, proofs, and what was said to them before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from records.enums import RoomStatus
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.people import IdentityLinkRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from replies.draft import TEXT_ACTS
from service.deciding.context import NO_CASE, NO_PROOF, CaseContext, Proof

_ROOMS_THAT_PROVE = (RoomStatus.INVITED, RoomStatus.OPEN, RoomStatus.CLOSED)
"""A room that was closed proves what it proved for as long as its case is open; a revoked one nothing."""

_Pair = tuple[int, int]
"""Account id and identity id."""
_CaseKey = tuple[int, str]
"""Identity id and brand: what has at most one open case."""


@dataclass(frozen=True, kw_only=True)
class Authors:
    """What is known of some authors, by account or brand."""

    cases: Mapping[_CaseKey, CaseContext]
    linked: Mapping[int, str]
    """By identity: the proof of the link to a customer record that stands."""
    proved_in_rooms: Mapping[_CaseKey, Proof]
    """What was shown in the room of the open case."""
    texts: Mapping[_Pair, int]
    """Texts of ours to a person, in any thread and state."""
    in_private: Collection[_Pair]
    """Those between which a private conversation is open."""

    def case_of(self, identity_id: int, brand: str) -> CaseContext:
        """The open case of one person with a brand."""
        return self.cases.get((identity_id, brand), NO_CASE)

    def proof_of(self, identity_id: int, brand: str) -> Proof:
        """What one person has proved to a brand."""
        shown = self.proved_in_rooms.get((identity_id, brand), NO_PROOF)
        linked = self.linked.get(identity_id, "")
        return Proof(handle=shown.handle, file=shown.file, linked=linked) if linked else shown


def read_authors(session: Session, identities: Collection[int]) -> Authors:
    """What is known of these people. Six queries."""
    return Authors(
        cases=_open_cases(session, identities),
        linked=_links(session, identities),
        proved_in_rooms=_proved_in_rooms(session, identities),
        texts=_texts_to_people(session, identities),
        in_private=_pairs_in_private(session, identities),
    )


def _open_cases(session: Session, identities: Collection[int]) -> Mapping[_CaseKey, CaseContext]:
    """The open cases of these people, by identity and brand. Two queries."""
    rows = session.connection().execute(_open_case_query(identities)).all()
    if not rows:
        return {}
    posts = {row.case_id: row for row in session.connection().execute(_case_posts_query([row.id for row in rows]))}
    return {(row.identity_id, row.brand): _case_context(row, posts.get(row.id)) for row in rows}


def _case_context(row: Row[Any], posts: Row[Any] | None) -> CaseContext:
    return CaseContext(
        open=True,
        private_state=row.private_state,
        reopened=row.reopened_at is not None,
        assigned=row.assignee_id is not None,
        waits=row.waiting_since is not None or row.private_waiting_since is not None,
        mentions=posts.mentions if posts else 0,
        first_mention_at=posts.first_at if posts else None,
    )


_CASE_COLUMNS = (
    *("id", "identity_id", "brand", "private_state", "assignee_id", "waiting_since", "private_waiting_since"),
    "reopened_at",
)


def _open_case_query(identities: Collection[int]) -> Any:
    columns: list[Any] = [col(getattr(CareCaseRow, name)) for name in _CASE_COLUMNS]
    return select(*columns).where(col(CareCaseRow.identity_id).in_(identities), col(CareCaseRow.closed_at).is_(None))


def _case_posts_query(case_ids: Collection[int]) -> Any:
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


def _links(session: Session, identities: Collection[int]) -> Mapping[int, str]:
    query = (
        select(col(IdentityLinkRow.identity_id), col(IdentityLinkRow.proof))
        .where(col(IdentityLinkRow.identity_id).in_(identities), col(IdentityLinkRow.withdrawn_at).is_(None))
        .order_by(col(IdentityLinkRow.id))
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}


def _proved_in_rooms(session: Session, identities: Collection[int]) -> Mapping[_CaseKey, Proof]:
    query = (
        select(col(CareCaseRow.identity_id), col(CareCaseRow.brand), col(RoomRow.handle_proof), col(RoomRow.file_proof))
        .join(RoomRow, col(RoomRow.case_id) == col(CareCaseRow.id))
        .where(
            col(CareCaseRow.identity_id).in_(identities),
            col(CareCaseRow.closed_at).is_(None),
            col(RoomRow.status).in_(_ROOMS_THAT_PROVE),
            col(RoomRow.turned_away_at).is_(None),
            col(RoomRow.handle_held_at).is_not(None) | col(RoomRow.filed_at).is_not(None),
        )
        .order_by(col(RoomRow.id))
    )
    return {
        (identity_id, brand): Proof(handle=handle or "", file=file or "")
        for identity_id, brand, handle, file in session.connection().execute(query)
    }


def _texts_to_people(session: Session, identities: Collection[int]) -> Mapping[_Pair, int]:
    """Texts of ours to a person, in any thread and state."""
    query = (
        select(col(ReplyRow.account_id), col(MentionRow.identity_id), func.count())
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(col(MentionRow.identity_id).in_(identities), col(ReplyRow.act).in_(sorted(TEXT_ACTS)))
        .group_by(col(ReplyRow.account_id), col(MentionRow.identity_id))
    )
    return {(account_id, identity_id): count for account_id, identity_id, count in session.execute(query)}


def _pairs_in_private(session: Session, identities: Collection[int]) -> set[_Pair]:
    """Those between which a private conversation is open."""
    query = (
        select(col(CaseThreadRow.account_id), col(CareCaseRow.identity_id))
        .join(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .where(
            col(CareCaseRow.identity_id).in_(identities),
            col(CareCaseRow.closed_at).is_(None),
            col(CaseThreadRow.leg) == "private",
        )
    )
    return {(account_id, identity_id) for account_id, identity_id in session.execute(query)}
