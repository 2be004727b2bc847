"""What happened around some mentions: answers given, messages exchanged, threads that we began. One query each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from records.enums import Act, ReplyStatus
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import DirectMessageRow, MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from replies.draft import TEXT_ACTS

_SPOKEN = (ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN)
_NEVER_LEFT = (ReplyStatus.WITHHELD, ReplyStatus.FAILED)


def earlier_answers(session: Session, roots: set[str]) -> Mapping[tuple[int, str, int], int]:
    """By account, root and identity: public answers of ours to a person in a thread, sent or on their way."""
    query = (
        select(col(ReplyRow.account_id), col(MentionRow.root_external_id), col(MentionRow.identity_id), func.count())
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(
            col(MentionRow.root_external_id).in_(roots),
            col(ReplyRow.act) == Act.PUBLIC_REPLY,
            col(ReplyRow.status).in_(_SPOKEN),
        )
        .group_by(col(ReplyRow.account_id), col(MentionRow.root_external_id), col(MentionRow.identity_id))
    )
    return {(account_id, root, identity): count for account_id, root, identity, count in session.execute(query)}


def texts_to_people(session: Session, identities: set[int]) -> Mapping[tuple[int, int], int]:
    """By account and identity: texts of ours to a person, in any thread and state."""
    query = (
        select(col(ReplyRow.account_id), col(MentionRow.identity_id), func.count())
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(col(MentionRow.identity_id).in_(identities), col(ReplyRow.act).in_(sorted(TEXT_ACTS)))
        .group_by(col(ReplyRow.account_id), col(MentionRow.identity_id))
    )
    return {(account_id, identity_id): count for account_id, identity_id, count in session.execute(query)}


def pairs_in_private(session: Session, identities: set[int]) -> set[tuple[int, int]]:
    """Accounts and identities between which a private conversation is open."""
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


def when_people_wrote(session: Session, identities: Collection[int]) -> Mapping[tuple[int, int], datetime]:
    """By account and identity: when a person's newest direct message was sent."""
    account_id, identity_id = col(DirectMessageRow.account_id), col(DirectMessageRow.identity_id)
    newest = func.max(col(DirectMessageRow.sent_at), type_=DirectMessageRow.__table__.c.sent_at.type)  # type: ignore[attr-defined]
    query = (
        select(account_id, identity_id, newest)
        .where(identity_id.in_(identities), col(DirectMessageRow.outgoing).is_(False))
        .group_by(account_id, identity_id)
    )
    return {(account, identity): at for account, identity, at in session.execute(query)}


def private_replies(
    session: Session, mention_ids: Collection[int], *, but_for: int | None = None
) -> set[tuple[int, int]]:
    """Accounts and mentions with a private reply that left, may have left, or may leave; the reply `but_for` aside."""
    query = select(col(ReplyRow.account_id), col(ReplyRow.mention_id)).where(
        col(ReplyRow.mention_id).in_(mention_ids),
        col(ReplyRow.act) == Act.PRIVATE_REPLY,
        col(ReplyRow.status).not_in(_NEVER_LEFT),
    )
    if but_for is not None:
        query = query.where(col(ReplyRow.id) != but_for)
    return {(account_id, mention_id) for account_id, mention_id in session.execute(query)}


def threads_we_began(session: Session, roots: Collection[str]) -> set[tuple[int, str]]:
    """Accounts and those of `roots` that they wrote."""
    query = select(col(OwnPostRow.account_id), col(OwnPostRow.external_id)).where(
        col(OwnPostRow.external_id).in_(roots)
    )
    return {(account_id, external_id) for account_id, external_id in session.execute(query)}
