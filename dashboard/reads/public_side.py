"""The public side of a case: the person's posts, the posts they answer, and the brand's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlmodel import Session, col

from dashboard.reads.case import CaseHead
from dashboard.reads.explanations import PostAssessment, PostDecision, post_assessment, post_decision
from records.enums import Act, ReplyStatus
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from records.tables.service import AssessmentRow, DecisionRow
from service.desk.agents import agent_names

MOST_POSTS = 60
MOST_CHARACTERS = 4_000
_POSTED_OR_ON_ITS_WAY = (
    ReplyStatus.APPROVED,
    ReplyStatus.SENDING,
    ReplyStatus.SENT,
    ReplyStatus.UNKNOWN,
    ReplyStatus.FAILED,
)


@dataclass(frozen=True, kw_only=True)
class RepliedToPost:
    """The post that a post answers."""

    handle: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PersonPost:
    """One post of the person."""

    mention_id: int
    account_id: int
    external_id: str
    at: datetime
    text: str
    length: int
    """Of the whole text, in characters; `text` is its beginning."""
    replied_to: RepliedToPost | None
    media_urls: tuple[str, ...]
    mentions_us: bool
    edited: bool
    deleted_at: datetime | None
    hidden: bool
    answered_elsewhere: bool
    """True where somebody answered for the brand outside Aparte."""
    assessment: PostAssessment | None
    decision: PostDecision | None


@dataclass(frozen=True, kw_only=True)
class BrandPost:
    """One public text of the brand: on the network, or on its way there."""

    account_id: int
    at: datetime
    text: str
    parent_external_id: str | None
    origin: str
    """`outside`, `automatic` or `person`."""
    author: str
    """`rule:NAME` or `agent:ID`; empty for a post from outside."""
    status: str
    reason: str
    author_name: str = ""
    """Of the agent who wrote it."""
    reply_id: int | None = None
    """Of an answer that went through the outbox."""
    deleted: bool = False
    """True where it was deleted since, or its deletion is on its way."""


@dataclass(frozen=True, kw_only=True)
class PublicSide:
    """The public threads of a case, oldest post first."""

    posts: tuple[PersonPost | BrandPost, ...]
    others: int
    """Posts of other people in the same threads."""
    left_out: int
    """Earlier posts of the person that are not shown."""

    @property
    def latest(self) -> PersonPost | None:
        """The person's newest post."""
        return next((post for post in reversed(self.posts) if isinstance(post, PersonPost)), None)


def public_side(session: Session, case: CaseHead, *, most: int = MOST_POSTS) -> PublicSide:
    """The newest `most` posts of the person in the threads of `case`, with the brand's answers under them."""
    roots = sorted({thread.root_external_id for thread in case.threads if thread.side == "public"})
    accounts = sorted({thread.account_id for thread in case.threads if thread.side == "public"})
    if not roots:
        return PublicSide(posts=(), others=0, left_out=0)
    in_threads = and_(col(MentionRow.network) == case.network, col(MentionRow.root_external_id).in_(roots))
    theirs = and_(in_threads, col(MentionRow.identity_id) == case.identity_id)
    written = _person_posts(session, theirs, accounts, most)
    mine = _count(session, theirs)
    answers = _brand_posts(session, case.network, accounts, roots, written, most)
    posts: list[PersonPost | BrandPost] = sorted([*written, *answers], key=lambda post: post.at)
    return PublicSide(posts=tuple(posts), others=_count(session, in_threads) - mine, left_out=max(0, mine - most))


def _count(session: Session, where: Any) -> int:
    return int(session.execute(select(func.count()).select_from(MentionRow).where(where)).scalar_one())


def _person_posts(session: Session, theirs: Any, accounts: Sequence[int], most: int) -> list[PersonPost]:
    live = and_(
        col(MentionRevisionRow.mention_id) == col(MentionRow.id), col(MentionRevisionRow.superseded_at).is_(None)
    )
    judged = and_(col(AssessmentRow.mention_id) == col(MentionRow.id), col(AssessmentRow.superseded_at).is_(None))
    decided = and_(
        col(DecisionRow.mention_id) == col(MentionRow.id),
        col(DecisionRow.account_id) == col(MentionAccountRow.account_id),
        col(DecisionRow.superseded_at).is_(None),
    )
    rows = session.execute(
        select(
            MentionRow,
            MentionAccountRow,
            func.substr(col(MentionRevisionRow.text), 1, MOST_CHARACTERS),
            func.length(col(MentionRevisionRow.text)),
            AssessmentRow,
            DecisionRow,
        )
        .join(MentionAccountRow, col(MentionAccountRow.mention_id) == col(MentionRow.id))
        .join(MentionRevisionRow, live)
        .outerjoin(AssessmentRow, judged)
        .outerjoin(DecisionRow, decided)
        .where(theirs, col(MentionAccountRow.account_id).in_(accounts))
        .order_by(col(MentionRow.published_at).desc(), col(MentionRow.id).desc())
        .limit(most)
    ).all()
    return [_person_post(row) for row in rows]


def _person_post(row: Row[*tuple[Any, ...]]) -> PersonPost:
    mention, concerned, text, length, assessment, decision = row
    return PersonPost(
        mention_id=mention.id,
        account_id=concerned.account_id,
        external_id=mention.external_id,
        at=mention.published_at,
        text=text,
        length=length,
        replied_to=_replied_to(mention.above),
        media_urls=tuple(mention.media_urls),
        mentions_us=concerned.summoned,
        edited=mention.revision > 1,
        deleted_at=mention.deleted_at,
        hidden=mention.hidden_at is not None,
        answered_elsewhere=concerned.settled_at is not None,
        assessment=post_assessment(assessment),
        decision=post_decision(decision),
    )


def _replied_to(stored: dict[str, Any] | None) -> RepliedToPost | None:
    if not stored or not stored.get("text"):
        return None
    return RepliedToPost(handle=str(stored.get("author_handle", "")), text=str(stored["text"])[:MOST_CHARACTERS])


def _brand_posts(
    session: Session,
    network: str,
    accounts: Sequence[int],
    roots: Sequence[str],
    written: Sequence[PersonPost],
    most: int,
) -> list[BrandPost]:
    found = session.execute(
        select(ReplyRow)
        .where(
            col(ReplyRow.mention_id).in_([post.mention_id for post in written]),
            col(ReplyRow.act) == Act.PUBLIC_REPLY,
            col(ReplyRow.status).in_(_POSTED_OR_ON_ITS_WAY),
        )
        .order_by(col(ReplyRow.id).desc())
        .limit(most)
    ).scalars()
    acts = list(found)
    names = agent_names(session, [row.author for row in acts])
    deleted = _deleted(session, [row.external_id for row in acts if row.external_id])
    replies = [
        BrandPost(
            account_id=row.account_id,
            at=row.sent_at or row.approved_at or row.created_at,
            text=row.text[:MOST_CHARACTERS],
            parent_external_id=row.target_external_id,
            origin=row.origin,
            author=row.author,
            status=row.status,
            reason=row.reason,
            author_name=names.get(row.author, ""),
            reply_id=row.id,
            deleted=row.external_id in deleted,
        )
        for row in acts
    ]
    return [*replies, *_posts_from_outside(session, network, accounts, roots, written, most)]


def _deleted(session: Session, external_ids: Sequence[str]) -> set[str]:
    query = select(col(ReplyRow.target_external_id)).where(
        col(ReplyRow.act) == Act.DELETE,
        col(ReplyRow.target_external_id).in_(external_ids),
        col(ReplyRow.status).in_(_POSTED_OR_ON_ITS_WAY[:-1]),
    )
    return set(session.execute(query).scalars())


def _posts_from_outside(
    session: Session,
    network: str,
    accounts: Sequence[int],
    roots: Sequence[str],
    written: Sequence[PersonPost],
    most: int,
) -> list[BrandPost]:
    ours = select(ReplyRow).where(col(ReplyRow.external_id) == col(OwnPostRow.external_id)).exists()
    rows = session.execute(
        select(OwnPostRow)
        .where(
            col(OwnPostRow.network) == network,
            col(OwnPostRow.account_id).in_(accounts),
            or_(
                col(OwnPostRow.external_id).in_(roots),
                col(OwnPostRow.parent_external_id).in_([post.external_id for post in written]),
            ),
            ~ours,
        )
        .order_by(col(OwnPostRow.published_at).desc())
        .limit(most)
    ).scalars()
    return [
        BrandPost(
            account_id=row.account_id,
            at=row.published_at,
            text=row.text[:MOST_CHARACTERS],
            parent_external_id=row.parent_external_id,
            origin="outside",
            author="",
            status=ReplyStatus.SENT,
            reason="",
        )
        for row in rows
    ]
