"""Step `assess`: the classifier reads what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from records.database import reading, writing
from records.enums import Relation, Sentiment
from records.leases import claim_due, still_held
from records.models import Assessment, ClassifierInput
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.service import AssessmentRow
from service.wiring.app import App

BATCH = 256
DEFAULT_MARKET = "ES"


def assess(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Judge up to `most` revisions that are due. Returns how many were judged."""
    ids = claim_due(
        app.engine,
        MentionRevisionRow,
        due=col(MentionRevisionRow.assess_due_at),
        claimant=app.claimant,
        now=now,
        most=most,
    )
    if not ids:
        return 0
    with reading(app.engine) as session:
        revisions = _read(session, ids, app)
    judged = app.judge.assess([post for _, _, _, post in revisions])
    with writing(app.engine) as session:
        held = still_held(session, MentionRevisionRow, ids, app.claimant)
        kept = [
            (identifier, mention_id, revision, assessment)
            for (identifier, mention_id, revision, _), assessment in zip(revisions, judged, strict=True)
            if identifier in held
        ]
        _store(session, kept, now)
    return len(kept)


def _read(session: Session, ids: Sequence[int], app: App) -> list[tuple[int, int, int, ClassifierInput]]:
    query = (
        select(MentionRevisionRow, col(MentionRow.above), col(IdentityRow.display_name), col(IdentityRow.biography))
        .join(MentionRow, col(MentionRow.id) == col(MentionRevisionRow.mention_id))
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .where(col(MentionRevisionRow.id).in_(ids))
        .order_by(col(MentionRevisionRow.id))
    )
    markets = _markets(session, app, ids)
    handles = tuple(account.handle for account in app.accounts.values())
    return [
        (
            row.id,
            row.mention_id,
            row.revision,
            ClassifierInput(
                text=row.text,
                language_hint=row.language_hint,
                author_name=name,
                author_biography=biography,
                text_above=(above or {}).get("text", ""),
                brand_handles=handles,
                market=markets.get(row.mention_id, DEFAULT_MARKET),
            ),
        )
        for row, above, name, biography in session.execute(query)
    ]


def _markets(session: Session, app: App, revision_ids: Sequence[int]) -> dict[int, str]:
    """By mention: the market of a brand that it concerns, whose numbers and documents its text may hold."""
    query = (
        select(col(MentionAccountRow.mention_id), col(MentionAccountRow.account_id))
        .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionAccountRow.mention_id))
        .where(col(MentionRevisionRow.id).in_(revision_ids))
        .order_by(col(MentionAccountRow.id).desc())
    )
    concerned = session.connection().execute(query)
    return {row.mention_id: app.brand_of(row.account_id).market for row in concerned if row.account_id in app.accounts}


def _store(session: Session, judged: Sequence[tuple[int, int, int, Assessment]], now: datetime) -> None:
    mentions = [mention_id for _, mention_id, _, _ in judged]
    session.execute(
        update(AssessmentRow)
        .where(col(AssessmentRow.mention_id).in_(mentions), col(AssessmentRow.superseded_at).is_(None))
        .values(superseded_at=now)
        .execution_options(synchronize_session=False)
    )
    if judged:
        session.connection().execute(
            insert(AssessmentRow),
            [_row(mention_id, revision, found, now) for _, mention_id, revision, found in judged],
        )
    session.execute(
        update(MentionRevisionRow)
        .where(col(MentionRevisionRow.id).in_([identifier for identifier, *_ in judged]))
        .values(assess_due_at=None, claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(MentionAccountRow)
        .where(col(MentionAccountRow.mention_id).in_(mentions))
        .values(decide_due_at=now)
        .execution_options(synchronize_session=False)
    )


def _row(mention_id: int, revision: int, found: Assessment, now: datetime) -> dict[str, object]:
    return {
        "mention_id": mention_id,
        "revision": revision,
        "language": found.language,
        "sentiment": found.sentiment,
        "p_negative": found.p_sentiment[Sentiment.NEGATIVE],
        "p_neutral": found.p_sentiment[Sentiment.NEUTRAL],
        "p_positive": found.p_sentiment[Sentiment.POSITIVE],
        "relation": found.relation,
        "p_customer": found.p_relation[Relation.CUSTOMER],
        "p_prospect": found.p_relation[Relation.PROSPECT],
        "p_bystander": found.p_relation[Relation.BYSTANDER],
        "intent": found.intent,
        "p_intent": found.p_intent,
        "urgency": found.urgency,
        "toxicity": found.toxicity,
        "needs_account_data": found.needs_account_data,
        "signals": list(found.signals),
        "personal_data": [
            {"kind": datum.kind, "owner": datum.owner, "start": datum.start, "end": datum.end}
            for datum in found.personal_data
        ],
        "evidence": list(found.evidence),
        "model_version": found.model_version,
        "made_at": now,
    }
