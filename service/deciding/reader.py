"""Reads the context of mentions from the database, in a few queries for a whole batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, func, select
from sqlmodel import Session, col

from cases.state import OUTAGE
from listener.ingest.near_duplicates import count_near_duplicates
from networks.permissions import NOT_IN_SETTINGS
from networks.protocol import ReplyContext
from records.assessments import ASSESSMENT_COLUMNS, assessment_from
from records.enums import Act, Feed, ReplyStatus
from records.models import Permissions
from records.tables.listener import (
    CoverageGapRow,
    DirectMessageRow,
    MentionAccountRow,
    MentionRevisionRow,
    MentionRow,
    OwnPostRow,
)
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow, AssessmentRow
from service.deciding.author_reader import read_authors
from service.deciding.brand_reader import read_brand_policies, read_sending_limits
from service.deciding.context import DecisionContext, MentionContext, ThreadHistory
from service.wiring.app import App

COPIES_WITHIN = timedelta(hours=1)

_SPOKEN = (ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN)
_NEVER_LEFT = (ReplyStatus.WITHHELD, ReplyStatus.FAILED)
_Pair = tuple[int, int]
"""Account id and identity id."""


def read_contexts(
    session: Session, app: App, mention_account_ids: Sequence[int], *, now: datetime
) -> list[DecisionContext]:
    """All that decisions about the given rows of `mention_account` are made of, oldest post first.

    Those not yet assessed are left out.
    """
    mentions = read_mentions(session, app, mention_account_ids, now=now)
    policies = read_brand_policies(session, app, now=now)
    limits = read_sending_limits(session, app, now=now)
    late = _published_in_an_outage(session, mentions)
    return [
        DecisionContext(
            mention=mention,
            policy=policies[mention.account.brand],
            limits=limits[mention.account.id],
            in_outage=mention.mention_account_id in late,
        )
        for mention in mentions
    ]


def read_mentions(
    session: Session, app: App, mention_account_ids: Sequence[int], *, now: datetime
) -> list[MentionContext]:
    """The given rows of `mention_account` with what surrounds them, oldest post first; only those assessed."""
    rows = session.connection().execute(_mentions(mention_account_ids)).all()
    roots, people = {row.root_external_id for row in rows}, {row.identity_id for row in rows}
    answers = _by_conversation(earlier_answers(session, roots))
    facts = PermissionInputs.read(session, rows)
    authors = read_authors(session, people)
    copies = count_near_duplicates(session, [row.revision_id for row in rows], since=now - COPIES_WITHIN)
    return [
        MentionContext(
            **{name: getattr(row, name) for name in _AS_THEY_ARE},
            account=app.accounts[row.account_id],
            brand=app.brand_of(row.account_id),
            answered_elsewhere=row.settled_at is not None,
            has_media=bool(row.media_urls),
            hidden=row.hidden_at is not None,
            assessment=assessment_from(row),
            permissions=facts.permissions(app, row, now=now),
            history=ThreadHistory(
                root_is_ours=facts.began_by_us(row),
                earlier_answers=answers[
                    row.account_id, row.root_external_id, row.identity_id if facts.began_by_us(row) else None
                ],
                answers_to_person=authors.texts.get((row.account_id, row.identity_id), 0),
                private_open=(row.account_id, row.identity_id) in authors.in_private,
                copies=copies.get(row.revision_id, 0),
            ),
            case=authors.case_of(row.identity_id, row.brand),
            proof=authors.proof_of(row.identity_id, row.brand),
        )
        for row in rows
    ]


def permissions_for_reply(session: Session, app: App, reply: ReplyRow, *, now: datetime) -> Permissions | None:
    """What the network permits about the mention of a reply, as if that reply had not been written.

    None where the mention no longer concerns the account.
    """
    query = (
        select(*_POST_COLUMNS)
        .join(MentionRow, col(MentionRow.id) == col(MentionAccountRow.mention_id))
        .where(
            col(MentionAccountRow.mention_id) == reply.mention_id, col(MentionAccountRow.account_id) == reply.account_id
        )
    )
    if app.network_of(reply.account_id) is None:
        return NOT_IN_SETTINGS
    row = session.execute(query).one_or_none()
    return (
        None if row is None else PermissionInputs.read(session, [row], but_for=reply.id).permissions(app, row, now=now)
    )


_POST_COLUMNS: tuple[Any, ...] = (
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
    col(MentionRow.identity_id),
    col(MentionRow.published_at),
    col(MentionRow.media_urls),
    col(MentionRow.hidden_at),
)
_COLUMNS: tuple[Any, ...] = (
    *_POST_COLUMNS,
    col(AccountRow.brand),
    col(MentionRevisionRow.revision),
    col(MentionRevisionRow.text),
    col(MentionRevisionRow.id).label("revision_id"),
    col(IdentityRow.subject),
    col(IdentityRow.external_id).label("author_external_id"),
    col(IdentityRow.handle),
    col(IdentityRow.reach),
    col(IdentityRow.declared_bot),
    *ASSESSMENT_COLUMNS,
)
_AS_THEY_ARE = (
    *("mention_account_id", "mention_id", "revision", "feed", "external_id", "root_external_id", "kind"),
    *("published_at", "text", "identity_id", "subject", "author_external_id", "handle", "reach", "declared_bot"),
)
"""Columns of `_mentions` that a context takes over as they are."""


def _mentions(mention_account_ids: Sequence[int]) -> Executable:
    return (
        select(*_COLUMNS)
        .join(AccountRow, col(AccountRow.id) == col(MentionAccountRow.account_id))
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


@dataclass(frozen=True, kw_only=True)
class PermissionInputs:
    """What a network's permissions depend on, besides the post itself."""

    wrote_at: Mapping[_Pair, datetime]
    """When a person's newest direct message to the account was sent."""
    private_replies: Collection[_Pair]
    """Accounts and mentions with a private reply that left, may have left, or may leave."""
    own_roots: Collection[tuple[int, str]]
    """Accounts and those roots that they wrote."""

    @classmethod
    def read(cls, session: Session, rows: Sequence[Any], *, but_for: int | None = None) -> PermissionInputs:
        """Three queries. The reply `but_for` does not count among those that were written."""
        return cls(
            wrote_at=_when_people_wrote(session, {row.identity_id for row in rows}),
            private_replies=_private_replies(session, {row.mention_id for row in rows}, but_for=but_for),
            own_roots=_own_roots(session, {row.root_external_id for row in rows}),
        )

    def began_by_us(self, row: Row[Any]) -> bool:
        return row.feed == Feed.COMMENTS or (row.account_id, row.root_external_id) in self.own_roots

    def permissions(self, app: App, row: Row[Any], *, now: datetime) -> Permissions:
        """What the network lets us do about a post, and what it costs. Asks nobody."""
        network = app.network_of(row.account_id)
        if network is None:
            return NOT_IN_SETTINGS
        wrote_at = self.wrote_at.get((row.account_id, row.identity_id))
        post = ReplyContext(
            external_id=row.external_id,
            mentions_us=row.summoned,
            person_wrote_first=wrote_at is not None,
            person_wrote_at=wrote_at,
            private_reply_used=(row.account_id, row.mention_id) in self.private_replies,
            root_is_ours=self.began_by_us(row),
            published_at=row.published_at,
            parent_external_id=row.parent_external_id,
            kind=row.kind,
            hidden=row.hidden_at is not None,
        )
        return network.permissions(post, now=now)


def _by_conversation(answers: Mapping[tuple[int, str, int], int]) -> Counter[tuple[int, str, int | None]]:
    counted: Counter[tuple[int, str, int | None]] = Counter()
    for (account_id, root, identity_id), count in answers.items():
        counted[account_id, root, identity_id] += count
        counted[account_id, root, None] += count
    return counted


def earlier_answers(session: Session, roots: Collection[str]) -> Mapping[tuple[int, str, int], int]:
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


def _when_people_wrote(session: Session, identities: Collection[int]) -> Mapping[_Pair, datetime]:
    account_id, identity_id = col(DirectMessageRow.account_id), col(DirectMessageRow.identity_id)
    newest = func.max(col(DirectMessageRow.sent_at), type_=DirectMessageRow.__table__.c.sent_at.type)  # type: ignore[attr-defined]
    query = (
        select(account_id, identity_id, newest)
        .where(identity_id.in_(identities), col(DirectMessageRow.outgoing).is_(False))
        .group_by(account_id, identity_id)
    )
    return {(account, identity): at for account, identity, at in session.execute(query)}


def _private_replies(session: Session, mention_ids: Collection[int], *, but_for: int | None) -> set[_Pair]:
    query = select(col(ReplyRow.account_id), col(ReplyRow.mention_id)).where(
        col(ReplyRow.mention_id).in_(mention_ids),
        col(ReplyRow.act) == Act.PRIVATE_REPLY,
        col(ReplyRow.status).not_in(_NEVER_LEFT),
    )
    if but_for is not None:
        query = query.where(col(ReplyRow.id) != but_for)
    return {(account_id, mention_id) for account_id, mention_id in session.execute(query)}


def _own_roots(session: Session, roots: Collection[str]) -> set[tuple[int, str]]:
    query = select(col(OwnPostRow.account_id), col(OwnPostRow.external_id)).where(
        col(OwnPostRow.external_id).in_(roots)
    )
    return {(account_id, external_id) for account_id, external_id in session.execute(query)}


def _published_in_an_outage(session: Session, mentions: Sequence[MentionContext]) -> frozenset[int]:
    """The `mention_account_id` of those whose account was cut off from its network when they were published."""
    if not mentions:
        return frozenset()
    moments = [mention.published_at for mention in mentions]
    query = select(col(CoverageGapRow.account_id), col(CoverageGapRow.since), col(CoverageGapRow.until)).where(
        col(CoverageGapRow.account_id).in_({mention.account.id for mention in mentions}),
        col(CoverageGapRow.cause) == OUTAGE,
        col(CoverageGapRow.since) <= max(moments),
        col(CoverageGapRow.until) >= min(moments),
    )
    gaps = [(account_id, since, until) for account_id, since, until in session.execute(query)]
    return frozenset(
        mention.mention_account_id
        for mention in mentions
        if any(
            account_id == mention.account.id and since <= mention.published_at <= until
            for account_id, since, until in gaps
        )
    )
