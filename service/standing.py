"""Where a mention stands at the moment of deciding: everything that facts are made of, read in a few queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, func, select
from sqlmodel import Session, col

from records.nouns import Act, ReplyStatus
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import (
    DirectMessageRow,
    MentionAccountRow,
    MentionRevisionRow,
    MentionRow,
    OwnPostRow,
)
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import AssessmentRow

COPIES_WITHIN = timedelta(hours=1)
_SPOKEN = (ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the classifier found, as far as facts are made of it."""

    language: str
    sentiment: str
    p_negative: float
    p_neutral: float
    p_positive: float
    relation: str
    p_customer: float
    p_prospect: float
    p_bystander: float
    intent: str
    p_intent: float
    urgency: str
    toxicity: float
    needs_account_data: float
    signals: tuple[str, ...]
    data_owners: tuple[str, ...]
    """Whose each piece of personal data is."""
    model_version: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One mention of one account, with what surrounds it."""

    mention_account_id: int
    mention_id: int
    account_id: int
    revision: int
    feed: str
    summoned: bool
    settled: bool
    external_id: str
    parent_external_id: str | None
    root_external_id: str
    kind: str
    published_at: datetime
    has_media: bool
    text: str
    identity_id: int
    subject: str
    author_external_id: str
    handle: str
    reach: int
    declared_bot: bool
    assessment: Found
    earlier_answers: int
    """Public answers of ours in this thread, sent or on their way."""
    answers_to_person: int
    """Texts of ours to this person in any thread, so that none is said twice."""
    private_open: bool
    person_wrote_first: bool
    root_is_ours: bool
    copies: int


def read_standings(session: Session, mention_account_ids: Sequence[int], *, now: datetime) -> list[Standing]:
    """The standings of the given rows of `mention_account`, oldest post first; those not yet assessed are left out."""
    rows = session.connection().execute(_mentions(mention_account_ids)).all()
    roots, people = {row.root_external_id for row in rows}, {row.identity_id for row in rows}
    answers = _earlier_answers(session, roots)
    to_person = _answers_to_person(session, people)
    private = _pairs_with_private_leg(session, people)
    writers = _pairs_that_wrote_first(session, people)
    ours = _own_roots(session, roots)
    copies = _copies(session, {row.text_digest for row in rows}, since=now - COPIES_WITHIN)
    return [
        Standing(
            **{name: getattr(row, name) for name in _PLAIN},
            settled=row.settled_at is not None,
            has_media=bool(row.media_urls),
            assessment=_found(row),
            earlier_answers=answers.get((row.account_id, row.root_external_id), 0),
            answers_to_person=to_person.get((row.account_id, row.identity_id), 0),
            private_open=(row.account_id, row.identity_id) in private,
            person_wrote_first=(row.account_id, row.identity_id) in writers,
            root_is_ours=row.root_external_id in ours,
            copies=max(0, copies.get(row.text_digest, 1) - 1),
        )
        for row in rows
    ]


_PLAIN = (
    *("mention_account_id", "mention_id", "account_id", "revision", "feed", "summoned"),
    *("external_id", "parent_external_id", "root_external_id", "kind", "published_at", "text"),
    *("identity_id", "subject", "author_external_id", "handle", "reach", "declared_bot"),
)
"""Columns of `_mentions` that a standing takes over as they are."""

_FOUND = (
    *("language", "sentiment", "p_negative", "p_neutral", "p_positive"),
    *("relation", "p_customer", "p_prospect", "p_bystander", "intent", "p_intent"),
    *("urgency", "toxicity", "needs_account_data", "model_version"),
)


_COLUMNS: tuple[Any, ...] = (
    col(MentionAccountRow.id).label("mention_account_id"),
    col(MentionAccountRow.account_id),
    col(MentionAccountRow.feed),
    col(MentionAccountRow.summoned),
    col(MentionAccountRow.settled_at),
    col(MentionRow.id).label("mention_id"),
    col(MentionRow.external_id),
    col(MentionRow.parent_external_id),
    col(MentionRow.root_external_id),
    col(MentionRow.kind),
    col(MentionRow.published_at),
    col(MentionRow.media_urls),
    col(MentionRevisionRow.revision),
    col(MentionRevisionRow.text),
    col(MentionRevisionRow.text_digest),
    col(IdentityRow.id).label("identity_id"),
    col(IdentityRow.subject),
    col(IdentityRow.external_id).label("author_external_id"),
    col(IdentityRow.handle),
    col(IdentityRow.reach),
    col(IdentityRow.declared_bot),
    *(col(getattr(AssessmentRow, name)) for name in (*_FOUND, "signals", "personal_data")),
)


def _found(row: Row[Any]) -> Found:
    return Found(
        **{name: getattr(row, name) for name in _FOUND},
        signals=tuple(row.signals),
        data_owners=tuple(datum["owner"] for datum in row.personal_data),
    )


def _mentions(mention_account_ids: Sequence[int]) -> Executable:
    return (
        select(*_COLUMNS)
        .join(MentionRow, col(MentionRow.id) == col(MentionAccountRow.mention_id))
        .join(
            MentionRevisionRow,
            (col(MentionRevisionRow.mention_id) == col(MentionRow.id))
            & col(MentionRevisionRow.superseded_at).is_(None),
        )
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .join(
            AssessmentRow,
            (col(AssessmentRow.mention_id) == col(MentionRow.id))
            & (col(AssessmentRow.revision) == col(MentionRevisionRow.revision))
            & col(AssessmentRow.superseded_at).is_(None),
        )
        .where(col(MentionAccountRow.id).in_(mention_account_ids))
        .order_by(col(MentionRow.published_at), col(MentionRow.id))
    )


def _earlier_answers(session: Session, roots: set[str]) -> Mapping[tuple[int, str], int]:
    query = (
        select(col(ReplyRow.account_id), col(MentionRow.root_external_id), func.count())
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(
            col(MentionRow.root_external_id).in_(roots),
            col(ReplyRow.act) == Act.PUBLIC_REPLY,
            col(ReplyRow.status).in_(_SPOKEN),
        )
        .group_by(col(ReplyRow.account_id), col(MentionRow.root_external_id))
    )
    return {(account_id, root): count for account_id, root, count in session.execute(query)}


def _answers_to_person(session: Session, identities: set[int]) -> Mapping[tuple[int, int], int]:
    query = (
        select(col(ReplyRow.account_id), col(MentionRow.identity_id), func.count())
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(col(MentionRow.identity_id).in_(identities), col(ReplyRow.act) != Act.HIDE)
        .group_by(col(ReplyRow.account_id), col(MentionRow.identity_id))
    )
    return {(account_id, identity_id): count for account_id, identity_id, count in session.execute(query)}


def _pairs_with_private_leg(session: Session, identities: set[int]) -> set[tuple[int, int]]:
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


def _pairs_that_wrote_first(session: Session, identities: set[int]) -> set[tuple[int, int]]:
    query = (
        select(col(DirectMessageRow.account_id), col(DirectMessageRow.identity_id))
        .where(col(DirectMessageRow.identity_id).in_(identities), col(DirectMessageRow.outgoing).is_(False))
        .distinct()
    )
    return {(account_id, identity_id) for account_id, identity_id in session.execute(query)}


def _own_roots(session: Session, roots: set[str]) -> set[str]:
    return set(
        session.execute(select(col(OwnPostRow.external_id)).where(col(OwnPostRow.external_id).in_(roots))).scalars()
    )


def _copies(session: Session, digests: set[str], *, since: datetime) -> Mapping[str, int]:
    query = (
        select(col(MentionRevisionRow.text_digest), func.count())
        .where(col(MentionRevisionRow.text_digest).in_(digests), col(MentionRevisionRow.heard_at) >= since)
        .group_by(col(MentionRevisionRow.text_digest))
    )
    return {row[0]: row[1] for row in session.execute(query)}
