"""Where a mention stands at the moment of deciding: everything that facts are made of, read in a few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, select
from sqlmodel import Session, col

from listener.copies import count_copies
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.service import AccountRow, AssessmentRow
from records.words import Feed
from service import surroundings
from service.case_standing import NO_CASE, CaseStanding, open_cases
from service.proofs import NO_PROOF, Proof, read_proofs

COPIES_WITHIN = timedelta(hours=1)


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
    data_kinds: tuple[str, ...] = ()
    """Whose and of which kind each is, such as `own.iban`."""
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
    """Public answers of ours in this thread, sent or on their way; to this person alone, where we began the thread."""
    answers_to_person: int
    """Texts of ours to this person in any thread, so that none is said twice."""
    private_open: bool
    person_wrote_at: datetime | None
    """When the author's newest direct message to the account was sent; None where there is none."""
    private_reply_used: bool
    """A private reply to this very post was written and may leave, or left."""
    hidden: bool
    root_is_ours: bool
    """Our account began the conversation."""
    copies: int
    """Other posts that lately said the same, or nearly."""
    case: CaseStanding = NO_CASE
    """The open case of the person with the brand of the account."""
    proof: Proof = NO_PROOF
    """What the person has proved to that brand."""


def read_standings(
    session: Session, mention_account_ids: Sequence[int], *, now: datetime, but_for: int | None = None
) -> list[Standing]:
    """The standings of the given rows of `mention_account`, oldest post first; those not yet assessed are left out.

    The reply `but_for` does not count among those that were written.
    """
    rows = session.connection().execute(_mentions(mention_account_ids)).all()
    roots, people = {row.root_external_id for row in rows}, {row.identity_id for row in rows}
    answers = _by_conversation(surroundings.earlier_answers(session, roots))
    to_person = surroundings.texts_to_people(session, people)
    private = surroundings.pairs_with_private_leg(session, people)
    wrote = surroundings.when_people_wrote(session, people)
    replied = surroundings.private_replies(session, {row.mention_id for row in rows}, but_for=but_for)
    ours = surroundings.own_roots(session, roots)
    cases, proofs = open_cases(session, people), read_proofs(session, people)
    copies = count_copies(session, [row.revision_id for row in rows], since=now - COPIES_WITHIN)
    return [
        Standing(
            **{name: getattr(row, name) for name in _PLAIN},
            settled=row.settled_at is not None,
            has_media=bool(row.media_urls),
            assessment=_found(row),
            earlier_answers=answers[_conversation(row, ours)],
            answers_to_person=to_person.get((row.account_id, row.identity_id), 0),
            private_open=(row.account_id, row.identity_id) in private,
            person_wrote_at=wrote.get((row.account_id, row.identity_id)),
            private_reply_used=(row.account_id, row.mention_id) in replied,
            hidden=row.hidden_at is not None,
            root_is_ours=_began_by_us(row, ours),
            copies=copies.get(row.revision_id, 0),
            case=cases.get((row.identity_id, row.brand), NO_CASE),
            proof=proofs.of(row.identity_id, row.brand),
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
    col(AccountRow.brand),
    col(MentionRow.id).label("mention_id"),
    col(MentionRow.external_id),
    col(MentionRow.parent_external_id),
    col(MentionRow.root_external_id),
    col(MentionRow.kind),
    col(MentionRow.published_at),
    col(MentionRow.media_urls),
    col(MentionRow.hidden_at),
    col(MentionRevisionRow.revision),
    col(MentionRevisionRow.text),
    col(MentionRevisionRow.id).label("revision_id"),
    col(IdentityRow.id).label("identity_id"),
    col(IdentityRow.subject),
    col(IdentityRow.external_id).label("author_external_id"),
    col(IdentityRow.handle),
    col(IdentityRow.reach),
    col(IdentityRow.declared_bot),
    *(col(getattr(AssessmentRow, name)) for name in (*_FOUND, "signals", "personal_data")),
)


def _began_by_us(row: Row[Any], ours: Collection[tuple[int, str]]) -> bool:
    return row.feed == Feed.COMMENTS or (row.account_id, row.root_external_id) in ours


def _conversation(row: Row[Any], ours: Collection[tuple[int, str]]) -> tuple[int, str, int | None]:
    """Under a post of ours everybody has a conversation of their own; elsewhere the thread is one."""
    with_whom = row.identity_id if _began_by_us(row, ours) else None
    return row.account_id, row.root_external_id, with_whom


def _by_conversation(answers: Mapping[tuple[int, str, int], int]) -> Counter[tuple[int, str, int | None]]:
    counted: Counter[tuple[int, str, int | None]] = Counter()
    for (account_id, root, identity_id), count in answers.items():
        counted[account_id, root, identity_id] += count
        counted[account_id, root, None] += count
    return counted


def _found(row: Row[Any]) -> Found:
    return Found(
        **{name: getattr(row, name) for name in _FOUND},
        signals=tuple(row.signals),
        data_owners=tuple(datum["owner"] for datum in row.personal_data),
        data_kinds=tuple(f"{datum['owner']}.{datum['kind']}" for datum in row.personal_data),
    )


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
