"""Reads what is known of a mention at the moment of deciding, in a few queries for a whole batch."""

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
from records.enums import Feed, PrivateState, RoomStatus
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import CoverageGapRow, MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityLinkRow, IdentityRow
from records.tables.room import RoomRow
from records.tables.service import AccountRow, AssessmentRow
from service.deciding import thread_history

_ROOMS_THAT_PROVE = (RoomStatus.INVITED, RoomStatus.OPEN, RoomStatus.CLOSED)
"""A room that was closed proves what it proved for as long as its case is open; a revoked one nothing."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The two proofs, kept apart; each names its `ProofKind`, or is empty."""

    handle: str = ""
    file: str = ""
    linked: str = ""
    """The proof of a link to a customer record that the person consented to and has not withdrawn."""

    @property
    def holds_handle(self) -> bool:
        return bool(self.handle or self.linked)

    @property
    def on_file(self) -> bool:
        return bool(self.file or self.linked)

    @property
    def kind(self) -> str:
        """By which proof this person is a customer; empty where the two proofs are not both there."""
        return self.linked or (self.file if self.handle else "")


NO_PROOF = Proof()


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """What was proved by some people."""

    linked: Mapping[int, str]
    """By identity: the proof of the link that stands."""
    in_rooms: Mapping[tuple[int, str], Proof]
    """By identity and brand: what was shown in the room of the open case."""

    def of(self, identity_id: int, brand: str) -> Proof:
        """What one person has proved to a brand."""
        shown = self.in_rooms.get((identity_id, brand), NO_PROOF)
        linked = self.linked.get(identity_id, "")
        return Proof(handle=shown.handle, file=shown.file, linked=linked) if linked else shown


def read_proofs(session: Session, identities: Collection[int]) -> Proofs:
    """The proofs of these people. Two queries."""
    links = (
        select(col(IdentityLinkRow.identity_id), col(IdentityLinkRow.proof))
        .where(col(IdentityLinkRow.identity_id).in_(identities), col(IdentityLinkRow.withdrawn_at).is_(None))
        .order_by(col(IdentityLinkRow.id))
    )
    rooms = (
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
    in_rooms = {
        (identity_id, brand): Proof(handle=handle or "", file=file or "")
        for identity_id, brand, handle, file in session.connection().execute(rooms)
    }
    return Proofs(linked={row[0]: row[1] for row in session.connection().execute(links)}, in_rooms=in_rooms)


CaseKey = tuple[int, str]
"""Identity id and brand: what has at most one open case."""


@dataclass(frozen=True, kw_only=True)
class CaseContext:
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


NO_CASE = CaseContext()


def read_open_cases(session: Session, identities: Collection[int]) -> Mapping[CaseKey, CaseContext]:
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


COPIES_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class StoredAssessment:
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
class MentionContext:
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
    assessment: StoredAssessment
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
    case: CaseContext = NO_CASE
    """The open case of the person with the brand of the account."""
    proof: Proof = NO_PROOF
    """What the person has proved to that brand."""


def read_mention_contexts(
    session: Session, mention_account_ids: Sequence[int], *, now: datetime, but_for: int | None = None
) -> list[MentionContext]:
    """The standings of the given rows of `mention_account`, oldest post first; those not yet assessed are left out.

    The reply `but_for` does not count among those that were written.
    """
    rows = session.connection().execute(_mentions(mention_account_ids)).all()
    roots, people = {row.root_external_id for row in rows}, {row.identity_id for row in rows}
    answers = _by_conversation(thread_history.earlier_answers(session, roots))
    to_person = thread_history.texts_to_people(session, people)
    private = thread_history.pairs_in_private(session, people)
    wrote = thread_history.when_people_wrote(session, people)
    replied = thread_history.private_replies(session, {row.mention_id for row in rows}, but_for=but_for)
    ours = thread_history.threads_we_began(session, roots)
    cases, proofs = read_open_cases(session, people), read_proofs(session, people)
    copies = count_near_duplicates(session, [row.revision_id for row in rows], since=now - COPIES_WITHIN)
    return [
        MentionContext(
            **{name: getattr(row, name) for name in _PLAIN},
            settled=row.settled_at is not None,
            has_media=bool(row.media_urls),
            assessment=_stored_assessment(row),
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

_ASSESSMENT_COLUMNS = (
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
    *(col(getattr(AssessmentRow, name)) for name in (*_ASSESSMENT_COLUMNS, "signals", "personal_data")),
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


def _stored_assessment(row: Row[Any]) -> StoredAssessment:
    return StoredAssessment(
        **{name: getattr(row, name) for name in _ASSESSMENT_COLUMNS},
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


def published_in_an_outage(session: Session, standings: Sequence[MentionContext]) -> frozenset[int]:
    """The `mention_account_id` of those whose account was cut off from its network when they were published."""
    if not standings:
        return frozenset()
    moments = [standing.published_at for standing in standings]
    query = select(col(CoverageGapRow.account_id), col(CoverageGapRow.since), col(CoverageGapRow.until)).where(
        col(CoverageGapRow.account_id).in_({standing.account_id for standing in standings}),
        col(CoverageGapRow.cause) == OUTAGE,
        col(CoverageGapRow.since) <= max(moments),
        col(CoverageGapRow.until) >= min(moments),
    )
    gaps = [(account_id, since, until) for account_id, since, until in session.execute(query)]
    return frozenset(
        standing.mention_account_id
        for standing in standings
        if any(
            account_id == standing.account_id and since <= standing.published_at <= until
            for account_id, since, until in gaps
        )
    )
