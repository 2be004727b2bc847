"""Step `decide`: the rulebook decides what was judged, and its verdicts become cases and drafts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from cases.joining import Joining, join_many
from ledger.entry import Entry
from ledger.log import append
from networks.protocol import PostStanding
from policies.engine import decide as decide_by_rulebook
from records.database import reading, writing
from records.leases import claim, still_held
from records.nouns import Action, Actor, Fact, FactValue, Mode, Permissions, Verdict
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.service import DecisionRow
from replies.drafts import AUTOMATIC, Draft
from replies.outbox import write_drafts
from room.rooms import prepare
from service.drafting import ROOM_LIFETIME, Outgoing, as_permitted, choose_language, outgoing_acts
from service.facts import gather_facts
from service.house import House
from service.spending import decisions_today
from service.standing import Standing, read_standings

BATCH = 256
ACTOR = Actor(tag="step:decide")
SEALED_TEXT_LENGTH = 4000


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision, computed and not yet written."""

    standing: Standing
    facts: dict[str, dict[str, FactValue]]
    """As the decision row keeps them."""
    history: bool
    verdict: Verdict
    mode: Mode
    acts: tuple[Outgoing, ...]


def decide(house: House, *, now: datetime, most: int = BATCH) -> int:
    """Decide up to `most` mentions that are due. Returns how many leases were settled."""
    with writing(house.engine) as session:
        ids = claim(
            session,
            MentionAccountRow,
            due=col(MentionAccountRow.decide_due_at),
            claimant=house.claimant,
            now=now,
            most=most,
        )
    if not ids:
        return 0
    with reading(house.engine) as session:
        standings = read_standings(session, ids, now=now)
        spent = decisions_today(session, house, now=now)
    decided = _decide_all(house, standings, spent, now)
    entries = _entries(house, decided, now)
    with writing(house.engine) as session:
        held = still_held(session, MentionAccountRow, ids, house.claimant)
        current = _still_current(session, standings)
        kept = [
            (each, entry)
            for each, entry in zip(decided, entries, strict=True)
            if each.standing.mention_account_id in held and each.standing.mention_account_id in current
        ]
        _store(session, house, [each for each, _ in kept], now)
        _release(session, held)
        append(session, [entry for _, entry in kept])
    return len(ids)


def permissions_of(house: House, standing: Standing, *, now: datetime) -> Permissions:
    """What the network lets us do about a mention."""
    network = house.network_of(standing.account_id)
    if network is None:
        return Permissions(reply=False, private_message=False, hide=False, why="The account is not in the settings.")
    return network.permissions(
        PostStanding(
            external_id=standing.external_id,
            summoned=standing.summoned,
            person_wrote_first=standing.person_wrote_first,
            root_is_ours=standing.root_is_ours,
            published_at=standing.published_at,
            parent_external_id=standing.parent_external_id,
            kind=standing.kind,
        ),
        now=now,
    )


def _decide_all(
    house: House, standings: Sequence[Standing], spent: Mapping[int, Counter[str]], now: datetime
) -> list[Decided]:
    answered: Counter[tuple[int, str]] = Counter()
    told: Counter[tuple[int, int]] = Counter()
    decided = []
    for standing in standings:
        thread, person = (standing.account_id, standing.root_external_id), (standing.account_id, standing.identity_id)
        seen = standing
        if answered[thread] or told[person]:
            seen = replace(
                standing,
                earlier_answers=standing.earlier_answers + answered[thread],
                answers_to_person=standing.answers_to_person + told[person],
            )
        each = _decide_one(house, seen, spent[standing.account_id], now)
        if each.mode is Mode.LIVE:
            spent[standing.account_id][each.verdict.rule] += 1
            answered[thread] += len(each.acts)
            told[person] += len(each.acts)
        decided.append(each)
    return decided


def _decide_one(house: House, standing: Standing, spent: Mapping[str, int], now: datetime) -> Decided:
    account, brand = house.accounts[standing.account_id], house.brand_of(standing.account_id)
    rulebook = house.rulebooks[brand.name]
    permissions = permissions_of(house, standing, now=now)
    facts = gather_facts(standing, permissions, account=account, brand=brand, now=now)
    verdict = decide_by_rulebook(rulebook, facts, now=now.astimezone(ZoneInfo(brand.timezone)), spent_today=spent)
    language = choose_language(standing.assessment.language, brand)
    too_old = now - standing.published_at > timedelta(hours=brand.max_reply_age_hours)
    history = standing.published_at < account.connected_at
    mode = Mode.SHADOW if history or too_old else house.mode
    if mode is Mode.LIVE:
        verdict = as_permitted(verdict, permissions, language=language, standing=standing)
    acts = outgoing_acts(
        verdict,
        standing,
        permissions,
        rulebook=rulebook,
        account=account,
        brand=brand,
        language=language or brand.languages[0],
        now=now,
    )
    return Decided(
        standing=standing,
        facts=facts_as_json(facts),
        history=history,
        verdict=verdict,
        mode=mode,
        acts=acts if mode is Mode.LIVE else (),
    )


def _entries(house: House, decided: Sequence[Decided], now: datetime) -> list[Entry]:
    sealed = house.vault.seal_many(
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
                "account": house.accounts[each.standing.account_id].name,
                "revision": each.standing.revision,
                "action": each.verdict.action.value,
                "rule": each.verdict.rule,
                "queue": each.verdict.queue.value,
                "priority": each.verdict.priority.value,
                "approval": each.verdict.approval.value,
                "hide": each.verdict.hide,
                "mode": each.mode.value,
                "rulebook": each.verdict.rulebook_version,
                "model": each.standing.assessment.model_version,
                "facts_sha256": facts_digest(each.facts),
            },
            sealed=seal,
        )
        for each, seal in zip(decided, sealed, strict=True)
    ]


def facts_digest(facts: Mapping[str, Mapping[str, FactValue]]) -> str:
    """SHA-256 of a decision's facts as stored, with sorted names: ties the row to its ledger entry."""
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def facts_as_json(facts: Mapping[str, Fact]) -> dict[str, dict[str, FactValue]]:
    """Facts as the decision row keeps them: `{name: {"value": ..., "source": ...}}`."""
    return {name: {"value": fact.value, "source": fact.source} for name, fact in facts.items()}


def _still_current(session: Session, standings: Sequence[Standing]) -> set[int]:
    ids = [standing.mention_id for standing in standings]
    query = select(col(MentionRow.id), col(MentionRow.revision)).where(col(MentionRow.id).in_(ids))
    revisions = {row[0]: row[1] for row in session.execute(query)}
    return {
        standing.mention_account_id for standing in standings if revisions[standing.mention_id] == standing.revision
    }


def _store(session: Session, house: House, decided: Sequence[Decided], now: datetime) -> None:
    if not decided:
        return
    decisions = _store_decisions(session, decided, now)
    cases = _join_cases(session, house, decided, now)
    drafts = [_draft(session, house, each, act, decisions, cases, now) for each in decided for act in each.acts]
    write_drafts(session, drafts, actor=ACTOR, now=now, sealer=house.vault)


def _draft(
    session: Session,
    house: House,
    each: Decided,
    act: Outgoing,
    decisions: Mapping[tuple[int, int], int],
    cases: Mapping[tuple[int, str], int],
    now: datetime,
) -> Draft:
    standing = each.standing
    case_id = cases.get((standing.identity_id, house.accounts[standing.account_id].brand))
    room_id = None
    if act.invites and case_id is not None:
        room_id = prepare(
            session,
            case_id=case_id,
            account_id=standing.account_id,
            mention_id=standing.mention_id,
            identity_id=standing.identity_id,
            language=act.language,
            lifetime=ROOM_LIFETIME,
            actor=ACTOR,
            now=now,
        ).id
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
    )


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
    session.connection().execute(insert(DecisionRow), [_row(each, now) for each in decided])
    query = select(col(DecisionRow.mention_id), col(DecisionRow.account_id), col(DecisionRow.id)).where(*live)
    rows = session.connection().execute(query)
    return {(row.mention_id, row.account_id): row.id for row in rows}


def _row(each: Decided, now: datetime) -> dict[str, object]:
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
        "made_at": now,
    }


def _join_cases(
    session: Session, house: House, decided: Sequence[Decided], now: datetime
) -> dict[tuple[int, str], int]:
    joins = [
        Joining(
            identity_id=each.standing.identity_id,
            brand=house.accounts[each.standing.account_id].brand,
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
