"""Step `decide`: decides what was assessed, and writes decisions, cases and drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from cases.joining import CaseKey, join_many
from cases.state import OUTAGE, InboundContact, Side
from ledger.entry import Entry
from ledger.log import append
from records.database import is_sqlite, reading, writing
from records.enums import Action, Sentiment
from records.leases import DueRows
from records.models import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.rules import PilotVerdictRow
from records.tables.service import DecisionRow
from replies.draft import AnsweredMention, Draft, PlannedAct
from replies.outbox import write_drafts
from service.deciding.context import MentionContext
from service.deciding.decide import Decided, decide_all
from service.deciding.facts import facts_digest
from service.deciding.reader import read_contexts
from service.deciding.texts import REFERENCE
from service.delivery.invitations import Invitee, room_for
from service.wiring.app import App

BATCH = 256
_DUE = DueRows(MentionAccountRow, due=col(MentionAccountRow.decide_due_at))
ACTOR = Actor(tag="step:decide")
SEALED_TEXT_LENGTH = 4000


def decide(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Decide up to `most` mentions that are due. Returns how many leases were settled."""
    lease = _DUE.lease(app.engine, claimant=app.claimant, now=now, most=most)
    if not lease:
        return 0
    with reading(app.engine) as session:
        contexts = read_contexts(session, app, lease.ids, now=now)
    decided = decide_all(contexts, mode=app.mode, now=now)
    entries = _entries(app, decided, now)
    with writing(app.engine) as session:
        kept = lease.settle(session) & _still_current(session, [each.mention for each in decided])
        _store(session, app, [each for each in decided if each.mention.mention_account_id in kept], now)
        append(session, [entries[identifier] for identifier in entries if identifier in kept])
    return len(lease.ids)


def _entries(app: App, decided: Sequence[Decided], now: datetime) -> dict[int, Entry]:
    """The ledger entry of each decision, by `mention_account_id`."""
    sealed = app.encryption.seal_many(
        [
            (
                each.mention.subject,
                {
                    "handle": each.mention.handle,
                    "post": each.mention.external_id,
                    "text": each.mention.text[:SEALED_TEXT_LENGTH],
                },
            )
            for each in decided
        ]
    )
    return {
        each.mention.mention_account_id: Entry(
            kind="step:mention:decided",
            at=now,
            actor=ACTOR.tag,
            mention_id=each.mention.mention_id,
            subject=each.mention.subject,
            body={
                "account": each.mention.account.name,
                "revision": each.mention.revision,
                "action": each.verdict.action.value,
                "rule": each.verdict.rule,
                "queue": each.verdict.queue.value,
                "priority": each.verdict.priority.value,
                "approval": each.verdict.approval.value,
                "hide": each.verdict.hide,
                "mode": each.mode.value,
                **({"pilot": each.pilot_id} if each.pilot_id is not None else {}),
                "rulebook": each.verdict.rulebook_version,
                "model": each.mention.assessment.model_version,
                "facts_sha256": facts_digest(each.facts),
            },
            sealed=seal,
        )
        for each, seal in zip(decided, sealed, strict=True)
    }


def _still_current(session: Session, mentions: Sequence[MentionContext]) -> set[int]:
    """The `mention_account_id` of those that were not edited since they were read."""
    query = select(col(MentionRow.id), col(MentionRow.revision)).where(
        col(MentionRow.id).in_([mention.mention_id for mention in mentions])
    )
    revisions = {row[0]: row[1] for row in session.execute(query)}
    return {mention.mention_account_id for mention in mentions if revisions[mention.mention_id] == mention.revision}


def _store(session: Session, app: App, decided: Sequence[Decided], now: datetime) -> None:
    if not decided:
        return
    decisions = _store_decisions(session, decided, now)
    cases = _join_cases(session, decided, now)
    drafts = [
        _draft(session, app, each, act, decisions=decisions, cases=cases, now=now)
        for each in decided
        for act in each.acts
    ]
    write_drafts(session, _with_references(session, drafts), actor=ACTOR, now=now, sealer=app.encryption)
    _store_pilot_verdicts(session, decided, now)


def _draft(
    session: Session,
    app: App,
    each: Decided,
    act: PlannedAct,
    *,
    decisions: Mapping[tuple[int, int], int],
    cases: Mapping[CaseKey, int],
    now: datetime,
) -> Draft:
    mention = each.mention
    case_id = cases.get((mention.identity_id, mention.brand.name))
    room_id = None
    if act.invites and case_id is not None:
        invitee = Invitee(
            account=mention.account,
            mention_id=mention.mention_id,
            identity_id=mention.identity_id,
            handle=mention.handle,
            language=act.language,
        )
        room_id = room_for(session, app, invitee, case_id, actor=ACTOR, now=now)
    answered = AnsweredMention(
        account_id=mention.account.id,
        mention_id=mention.mention_id,
        revision=mention.revision,
        decision_id=decisions[mention.mention_id, mention.account.id],
        case_id=case_id,
    )
    return answered.draft(act, author=f"rule:{each.verdict.rule}", room_id=room_id)


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
    mentions = [each.mention.mention_id for each in decided]
    accounts = {each.mention.account.id for each in decided}
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
        "mention_id": each.mention.mention_id,
        "revision": each.mention.revision,
        "account_id": each.mention.account.id,
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


def _join_cases(session: Session, decided: Sequence[Decided], now: datetime) -> dict[CaseKey, int]:
    contacts = [
        InboundContact(
            identity_id=each.mention.identity_id,
            brand=each.mention.brand.name,
            account_id=each.mention.account.id,
            side=Side.PUBLIC,
            root_external_id=each.mention.root_external_id,
            mention_id=each.mention.mention_id,
            queue=each.verdict.queue,
            priority=each.verdict.priority,
            reach=each.mention.reach,
            p_negative=each.mention.assessment.p_sentiment[Sentiment.NEGATIVE],
            published_at=each.mention.published_at,
            waits=not each.mention.answered_elsewhere,
            late_because=OUTAGE if each.context.in_outage else None,
        )
        for each in decided
        if each.verdict.action is not Action.LISTEN and not each.mention.is_history
    ]
    return join_many(session, contacts, actor=ACTOR, now=now) if contacts else {}


def _store_pilot_verdicts(session: Session, decided: Sequence[Decided], now: datetime) -> None:
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
        "mention_id": each.mention.mention_id,
        "revision": each.mention.revision,
        "account_id": each.mention.account.id,
        "action": said.verdict.action.value,
        "rule": said.verdict.rule,
        "template": said.verdict.template,
        "text": said.text,
        "reasons": list(said.verdict.reasons),
        "made_at": now,
        "live_action": said.live_action.value,
        "live_rule": said.live_rule,
    }
