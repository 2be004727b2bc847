"""Step `decide`: decides what was assessed, and writes decisions, cases and drafts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from cases.joining import join_many
from cases.state import OUTAGE, InboundContact
from ledger.entry import Entry
from ledger.log import append
from records.database import is_sqlite, reading, writing
from records.enums import Action
from records.leases import claim_due, still_held
from records.models import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.rules import PilotVerdictRow
from records.tables.service import DecisionRow
from replies.draft import AUTOMATIC, Draft
from replies.outbox import write_drafts
from service.deciding.acts import PlannedAct
from service.deciding.brand_context import read_brand_policies, read_sending_limits
from service.deciding.context import MentionContext, published_in_an_outage, read_mention_contexts
from service.deciding.decide import Decided, decide_all
from service.deciding.facts import facts_digest
from service.deciding.texts import REFERENCE
from service.delivery.invitations import Invitee, room_for
from service.wiring.app import App

BATCH = 256
ACTOR = Actor(tag="step:decide")
SEALED_TEXT_LENGTH = 4000


def decide(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Decide up to `most` mentions that are due. Returns how many leases were settled."""
    ids = claim_due(
        app.engine,
        MentionAccountRow,
        due=col(MentionAccountRow.decide_due_at),
        claimant=app.claimant,
        now=now,
        most=most,
    )
    if not ids:
        return 0
    with reading(app.engine) as session:
        standings = read_mention_contexts(session, ids, now=now)
        orders = read_brand_policies(session, app, now=now)
        bounds = read_sending_limits(session, app, now=now)
        late = published_in_an_outage(session, standings)
    decided = decide_all(app, standings, orders=orders, bounds=bounds, now=now)
    entries = _entries(app, decided, now)
    with writing(app.engine) as session:
        held = still_held(session, MentionAccountRow, ids, app.claimant)
        current = _still_current(session, standings)
        kept = [
            (each, entry)
            for each, entry in zip(decided, entries, strict=True)
            if each.standing.mention_account_id in held and each.standing.mention_account_id in current
        ]
        _store(session, app, [each for each, _ in kept], late, now)
        _release(session, held)
        append(session, [entry for _, entry in kept])
    return len(ids)


def _entries(app: App, decided: Sequence[Decided], now: datetime) -> list[Entry]:
    sealed = app.encryption.seal_many(
        [
            (
                each.standing.subject,
                {
                    "handle": each.standing.handle,
                    "post": each.standing.external_id,
                    "text": each.standing.text[:SEALED_TEXT_LENGTH],
                },
            )
            for each in decided
        ]
    )
    return [
        Entry(
            kind="step:mention:decided",
            at=now,
            actor=ACTOR.tag,
            mention_id=each.standing.mention_id,
            subject=each.standing.subject,
            body={
                "account": app.accounts[each.standing.account_id].name,
                "revision": each.standing.revision,
                "action": each.verdict.action.value,
                "rule": each.verdict.rule,
                "queue": each.verdict.queue.value,
                "priority": each.verdict.priority.value,
                "approval": each.verdict.approval.value,
                "hide": each.verdict.hide,
                "mode": each.mode.value,
                **({"pilot": each.pilot_id} if each.pilot_id is not None else {}),
                "rulebook": each.verdict.rulebook_version,
                "model": each.standing.assessment.model_version,
                "facts_sha256": facts_digest(each.facts),
            },
            sealed=seal,
        )
        for each, seal in zip(decided, sealed, strict=True)
    ]


def _still_current(session: Session, standings: Sequence[MentionContext]) -> set[int]:
    ids = [standing.mention_id for standing in standings]
    query = select(col(MentionRow.id), col(MentionRow.revision)).where(col(MentionRow.id).in_(ids))
    revisions = {row[0]: row[1] for row in session.execute(query)}
    return {
        standing.mention_account_id for standing in standings if revisions[standing.mention_id] == standing.revision
    }


def _store(session: Session, app: App, decided: Sequence[Decided], late: Collection[int], now: datetime) -> None:
    if not decided:
        return
    decisions = _store_decisions(session, decided, now)
    cases = _join_cases(session, app, decided, late, now)
    drafts = [_draft(session, app, each, act, decisions, cases, now) for each in decided for act in each.acts]
    write_drafts(session, _with_references(session, drafts), actor=ACTOR, now=now, sealer=app.encryption)
    store_pilot_verdicts(session, decided, now=now)


def _draft(
    session: Session,
    app: App,
    each: Decided,
    act: PlannedAct,
    decisions: Mapping[tuple[int, int], int],
    cases: Mapping[tuple[int, str], int],
    now: datetime,
) -> Draft:
    standing = each.standing
    case_id = cases.get((standing.identity_id, app.accounts[standing.account_id].brand))
    room_id = None
    if act.invites and case_id is not None:
        invitee = Invitee(
            account=app.accounts[standing.account_id],
            mention_id=standing.mention_id,
            identity_id=standing.identity_id,
            handle=standing.handle,
            language=act.language,
        )
        room_id = room_for(session, app, invitee, case_id, actor=ACTOR, now=now)
    return Draft(
        account_id=standing.account_id,
        mention_id=standing.mention_id,
        revision=standing.revision,
        decision_id=decisions[standing.mention_id, standing.account_id],
        case_id=case_id,
        room_id=room_id,
        slot=act.slot,
        act=act.act,
        target_external_id=act.target_external_id,
        text=act.text,
        language=act.language,
        origin=AUTOMATIC,
        author=f"rule:{each.verdict.rule}",
        approvals_needed=act.approvals_needed,
        promotion=act.promotion,
        even_in_crisis=act.even_in_crisis,
    )


def _with_references(session: Session, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with the reference of their case where the text names it."""
    naming = {draft.case_id for draft in drafts if draft.case_id is not None and REFERENCE in draft.text}
    if not naming:
        return list(drafts)
    query = select(col(CareCaseRow.id), col(CareCaseRow.reference)).where(col(CareCaseRow.id).in_(naming))
    references = {row[0]: row[1] for row in session.execute(query)}
    return [
        replace(draft, text=draft.text.replace(REFERENCE, references[draft.case_id]))
        if draft.case_id in references
        else draft
        for draft in drafts
    ]


def _store_decisions(session: Session, decided: Sequence[Decided], now: datetime) -> dict[tuple[int, int], int]:
    mentions = [each.standing.mention_id for each in decided]
    accounts = {each.standing.account_id for each in decided}
    live = (
        col(DecisionRow.mention_id).in_(mentions),
        col(DecisionRow.account_id).in_(accounts),
        col(DecisionRow.superseded_at).is_(None),
    )
    session.execute(
        update(DecisionRow).where(*live).values(superseded_at=now).execution_options(synchronize_session=False)
    )
    session.connection().execute(insert(DecisionRow), [_decision_row(each, now) for each in decided])
    query = select(col(DecisionRow.mention_id), col(DecisionRow.account_id), col(DecisionRow.id)).where(*live)
    rows = session.connection().execute(query)
    return {(row.mention_id, row.account_id): row.id for row in rows}


def _decision_row(each: Decided, now: datetime) -> dict[str, object]:
    return {
        "mention_id": each.standing.mention_id,
        "revision": each.standing.revision,
        "account_id": each.standing.account_id,
        "action": each.verdict.action,
        "rule": each.verdict.rule,
        "queue": each.verdict.queue,
        "priority": each.verdict.priority,
        "approval": each.verdict.approval,
        "hide": each.verdict.hide,
        "template": each.verdict.template,
        "reasons": list(each.verdict.reasons),
        "facts": each.facts,
        "rulebook_version": each.verdict.rulebook_version,
        "mode": each.mode,
        "propose_hide": each.verdict.propose_hide,
        "pilot_id": each.pilot_id,
        "made_at": now,
    }


def _join_cases(
    session: Session, app: App, decided: Sequence[Decided], late: Collection[int], now: datetime
) -> dict[tuple[int, str], int]:
    joins = [
        InboundContact(
            identity_id=each.standing.identity_id,
            brand=app.accounts[each.standing.account_id].brand,
            account_id=each.standing.account_id,
            leg="public",
            root_external_id=each.standing.root_external_id,
            mention_id=each.standing.mention_id,
            queue=each.verdict.queue,
            priority=each.verdict.priority,
            reach=each.standing.reach,
            p_negative=each.standing.assessment.p_negative,
            published_at=each.standing.published_at,
            waits=not each.standing.settled,
            late_because=OUTAGE if each.standing.mention_account_id in late else None,
        )
        for each in decided
        if each.verdict.action is not Action.LISTEN and not each.history
    ]
    return join_many(session, joins, actor=ACTOR, now=now) if joins else {}


def _release(session: Session, held: set[int]) -> None:
    session.execute(
        update(MentionAccountRow)
        .where(col(MentionAccountRow.id).in_(held))
        .values(decide_due_at=None, claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def store_pilot_verdicts(session: Session, decided: Sequence[Decided], *, now: datetime) -> None:
    """Store what pilots said of these mentions; what one said of the same text before stays."""
    rows = [row for each in decided if (row := _pilot_verdict_row(each, now)) is not None]
    if not rows:
        return
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.connection().execute(insert(PilotVerdictRow).on_conflict_do_nothing(), rows)


def _pilot_verdict_row(each: Decided, now: datetime) -> dict[str, object] | None:
    said = each.pilot
    if said is None:
        return None
    return {
        "pilot_id": said.pilot_id,
        "mention_id": each.standing.mention_id,
        "revision": each.standing.revision,
        "account_id": each.standing.account_id,
        "action": said.verdict.action.value,
        "rule": said.verdict.rule,
        "template": said.verdict.template,
        "text": said.text,
        "reasons": list(said.verdict.reasons),
        "made_at": now,
        "live_action": said.live_action.value,
        "live_rule": said.live_rule,
    }
