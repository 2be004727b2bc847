"""Step `assess`: the classifier reads every new text, and its assessment is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from records.assessments import assessment_values
from records.database import reading, writing
from records.leases import DueRows
from records.models import Assessment, ClassifierInput
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.service import AssessmentRow
from service.wiring.app import App

BATCH = 256
_DUE = DueRows(MentionRevisionRow, due=col(MentionRevisionRow.assess_due_at))
DEFAULT_MARKET = "ES"


def assess(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Assess up to `most` revisions that are due. Returns how many were assessed."""
    lease = _DUE.lease(app.engine, claimant=app.claimant, now=now, most=most)
    if not lease:
        return 0
    with reading(app.engine) as session:
        revisions = _read(session, lease.ids, app)
    judged = app.judge.assess([post for _, _, _, post in revisions])
    with writing(app.engine) as session:
        held = lease.settle(session)
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
            [
                {"mention_id": mention_id, "revision": revision, "made_at": now, **assessment_values(found)}
                for _, mention_id, revision, found in judged
            ],
        )
    session.execute(
        update(MentionAccountRow)
        .where(col(MentionAccountRow.mention_id).in_(mentions))
        .values(decide_due_at=now)
        .execution_options(synchronize_session=False)
    )
