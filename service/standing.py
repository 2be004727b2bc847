"""Where a mention stands at the moment of deciding: everything that facts are made of, read in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, select
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
    assessment: AssessmentRow
    earlier_answers: int
    """Public answers of ours in this thread, sent or on their way."""
    answers_to_person: int
    """Texts of ours to this person in any thread, so that none is said twice."""
    private_open: bool
    person_wrote_first: bool
    root_is_ours: bool
    copies: int


def read_standings(session: Session, mention_account_ids: Sequence[int], *, now: datetime) -> list[Standing]:
    """The standings of the given rows of `mention_account`, in their order; those not yet assessed are left out."""
    rows = session.execute(_mentions(mention_account_ids)).all()
    answers = _earlier_answers(session, rows)
    to_person = _answers_to_person(session, {row.IdentityRow.id for row in rows})
    private = _pairs_with_private_leg(session, {row.IdentityRow.id for row in rows})
    writers = _pairs_that_wrote_first(session, {row.IdentityRow.id for row in rows})
    ours = _own_roots(session, {row.MentionRow.root_external_id for row in rows})
    copies = _copies(session, {row.MentionRevisionRow.text_digest for row in rows}, since=now - COPIES_WITHIN)
    return [
        Standing(
            mention_account_id=row.MentionAccountRow.id,
            mention_id=row.MentionRow.id,
            account_id=row.MentionAccountRow.account_id,
            revision=row.MentionRevisionRow.revision,
            feed=row.MentionAccountRow.feed,
            summoned=row.MentionAccountRow.summoned,
            settled=row.MentionAccountRow.settled_at is not None,
            external_id=row.MentionRow.external_id,
            parent_external_id=row.MentionRow.parent_external_id,
            root_external_id=row.MentionRow.root_external_id,
            kind=row.MentionRow.kind,
            published_at=row.MentionRow.published_at,
            has_media=bool(row.MentionRow.media_urls),
            text=row.MentionRevisionRow.text,
            identity_id=row.IdentityRow.id,
            subject=row.IdentityRow.subject,
            author_external_id=row.IdentityRow.external_id,
            handle=row.IdentityRow.handle,
            reach=row.IdentityRow.reach,
            declared_bot=row.IdentityRow.declared_bot,
            assessment=row.AssessmentRow,
            earlier_answers=answers.get((row.MentionAccountRow.account_id, row.MentionRow.root_external_id), 0),
            answers_to_person=to_person.get((row.MentionAccountRow.account_id, row.IdentityRow.id), 0),
            private_open=(row.MentionAccountRow.account_id, row.IdentityRow.id) in private,
            person_wrote_first=(row.MentionAccountRow.account_id, row.IdentityRow.id) in writers,
            root_is_ours=row.MentionRow.root_external_id in ours,
            copies=max(0, copies.get(row.MentionRevisionRow.text_digest, 1) - 1),
        )
        for row in rows
    ]


def _mentions(mention_account_ids: Sequence[int]) -> Select[tuple[object, ...]]:
    return (
        select(MentionAccountRow, MentionRow, MentionRevisionRow, IdentityRow, AssessmentRow)  # type: ignore[return-value]
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


def _earlier_answers(session: Session, rows: Iterable[Row[tuple[object, ...]]]) -> Mapping[tuple[int, str], int]:
    roots = {row.MentionRow.root_external_id for row in rows}
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
