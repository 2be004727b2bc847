"""The facts that rules read, each with its source, and how a decision row stores them. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import orjson

from policies.vocabulary import PERSONAL_DATA_KINDS, VOCABULARY
from records.enums import Owner, Relation
from records.models import Account, Brand, Fact, FactValue, Permissions
from service.deciding.brand_context import (
    NO_BRAND_CONTEXT,
    NO_LIMITS,
    BrandContext,
    DeskHours,
    SendingLimits,
    desk_hours,
    speaks_of,
)
from service.deciding.context import MentionContext, Proof, StoredAssessment

SURE_SENTIMENT = 0.40
SIGNALS = tuple(name.removeprefix("signal.") for name in VOCABULARY if name.startswith("signal."))
NO_CAP = 1e12
"""Stands for the cap of an account that has none."""
NO_DEADLINE_HOURS = 1e6
"""Stands for the hours left where a private message is permitted without an end."""
NO_ACT = "none"
CALENDAR_FACTS = frozenset({"clock.business_hours", "calendar.open", "calendar.holiday", "calendar.hours_until_open"})
"""What depends on the rulebook that reads the facts: its calendar."""
_NO_DATA: dict[str, FactValue] = {
    f"personal_data.{owner}.{kind}": 0 for owner in (Owner.OWN, Owner.OTHERS) for kind in PERSONAL_DATA_KINDS
}


def gather_facts(
    standing: MentionContext,
    permissions: Permissions,
    *,
    account: Account,
    brand: Brand,
    now: datetime,
    bounds: SendingLimits = NO_LIMITS,
    of_brand: BrandContext = NO_BRAND_CONTEXT,
    hours: DeskHours | None = None,
) -> dict[str, Fact]:
    """All facts of `policies.vocabulary` about one mention.

    `hours` are those of the calendar of the rulebook that will read the facts; left out: the ordinary ones.
    """
    local = now.astimezone(ZoneInfo(brand.timezone))
    desk = hours or desk_hours(local)
    by_source: dict[str, dict[str, FactValue]] = {
        f"classifier:{standing.assessment.model_version}": _classifier_facts(standing.assessment),
        f"network:{account.network}": _network_facts(standing, permissions, now),
        "thread": _thread_facts(standing),
        "case": _case_facts(standing),
        "room": {
            "relation.holds_handle": standing.proof.holds_handle,
            "relation.on_file": standing.proof.on_file,
            "relation.proven": bool(standing.proof.kind),
        },
        "cases": {"case.private_wait_minutes": of_brand.private_wait_minutes},
        "knowledge": {
            "knowledge.article": speaks_of(of_brand.articles, standing.text, language=standing.assessment.language),
            "incident.known": of_brand.incident_known,
            "incident.text_approved": of_brand.incident_text_approved,
        },
        "mention": _mention_facts(standing, account, now),
        "author": {
            "author.own_account": bounds.is_ours(standing, account),
            "author.bot": bounds.is_bot(standing),
        },
        "spending": {"cost.month_spent": round(bounds.month_spent, 4)},
        "settings": {
            "account.name": account.name,
            "account.network": account.network,
            "account.brand": account.brand,
            "cost.month_cap": NO_CAP if bounds.month_cap is None else bounds.month_cap,
            "case.private_wait_promised": float(brand.private_wait_minutes),
        },
        "desk": {"crisis": of_brand.crisis},
        "clock": {"clock.hour": local.hour, "clock.weekday": local.isoweekday()},
        "calendar": calendar_facts(desk),
    }
    facts = {name: fact_of(value, source) for source, values in by_source.items() for name, value in values.items()}
    return facts | _unsure_facts(standing.assessment) | _proven_facts(standing.proof)


@lru_cache(maxsize=50_000, typed=True)
def fact_of(value: FactValue, source: str) -> Fact:
    """A fact; the same one is made once, since most posts have most facts in common."""
    return Fact(value=value, source=source)


def facts_at(facts: Mapping[str, Fact], hours: DeskHours) -> Mapping[str, Fact]:
    """The same facts for a rulebook whose calendar has other hours."""
    if (
        facts["calendar.open"].value is hours.open
        and facts["calendar.hours_until_open"].value == hours.hours_until_open
    ):
        return facts
    said = {name: fact_of(value, "calendar") for name, value in calendar_facts(hours).items()}
    return {**facts, **said}


def calendar_facts(desk: DeskHours) -> dict[str, FactValue]:
    """The facts of a desk's hours, by name."""
    return {
        "clock.business_hours": desk.open,
        "calendar.open": desk.open,
        "calendar.holiday": desk.holiday,
        "calendar.hours_until_open": desk.hours_until_open,
    }


def _classifier_facts(found: StoredAssessment) -> dict[str, FactValue]:
    values: dict[str, FactValue] = {
        "relation.customer": round(found.p_customer, 4),
        "relation.prospect": round(found.p_prospect, 4),
        "relation.bystander": round(found.p_bystander, 4),
        "relation.label": found.relation,
        "sentiment.negative": round(found.p_negative, 4),
        "sentiment.neutral": round(found.p_neutral, 4),
        "sentiment.positive": round(found.p_positive, 4),
        "sentiment.label": found.sentiment,
        "intent": found.intent,
        "intent.probability": round(found.p_intent, 4),
        "intent.needs_account_data": round(found.needs_account_data, 4),
        "urgency": found.urgency,
        "toxicity": round(found.toxicity, 4),
        "language": found.language,
        "personal_data.own": found.data_owners.count(Owner.OWN),
        "personal_data.others": found.data_owners.count(Owner.OTHERS),
        **_NO_DATA,
    }
    for kind, count in Counter(found.data_kinds).items():
        if (name := f"personal_data.{kind}") in _NO_DATA:
            values[name] = count
    values.update({f"signal.{name}": name in found.signals for name in SIGNALS})
    return values


def _network_facts(standing: MentionContext, permissions: Permissions, now: datetime) -> dict[str, FactValue]:
    return {
        "author.reach": standing.reach,
        "permission.reply": permissions.reply,
        "permission.private_reply": permissions.private_message,
        "permission.private_reply_hours_left": _hours_left(permissions, now),
        "permission.private_act": permissions.private_act if permissions.private_message else NO_ACT,
        "permission.hide": permissions.hide,
        "permission.delete": permissions.delete_own,
        "cost.reply": permissions.reply_cost,
        "cost.private": permissions.private_cost,
    }


def _hours_left(permissions: Permissions, now: datetime) -> float:
    if not permissions.private_message:
        return 0.0
    if permissions.private_until is None:
        return NO_DEADLINE_HOURS
    return round(max(0.0, (permissions.private_until - now).total_seconds() / 3600), 2)


def _case_facts(standing: MentionContext) -> dict[str, FactValue]:
    case = standing.case
    return {
        "thread.private_open": standing.private_open,
        "case.open": case.open,
        "case.private_state": case.private_state,
        "case.chasing": case.is_chased_by(standing.published_at),
        "case.reopened": case.reopened,
        "case.assigned": case.assigned,
        "case.mentions": case.mentions,
    }


def _thread_facts(standing: MentionContext) -> dict[str, FactValue]:
    return {
        "thread.earlier_answers": standing.earlier_answers,
        "thread.answered_outside": standing.settled,
        "thread.copies": standing.copies,
    }


def _mention_facts(standing: MentionContext, account: Account, now: datetime) -> dict[str, FactValue]:
    return {
        "mention.age_minutes": round((now - standing.published_at).total_seconds() / 60, 1),
        "mention.history": standing.published_at < account.connected_at,
        "mention.feed": standing.feed,
        "mention.kind": standing.kind,
        "mention.has_media": standing.has_media,
        "mention.text_length": len(standing.text),
    }


def _unsure_facts(found: StoredAssessment) -> dict[str, Fact]:
    surest = max(found.p_negative, found.p_neutral, found.p_positive)
    if surest >= SURE_SENTIMENT:
        return {}
    return {"sentiment.label": fact_of(found.sentiment, f"unsure:classifier:{found.model_version}")}


def _proven_facts(proof: Proof) -> dict[str, Fact]:
    """What was proved is stronger than whatever the text says."""
    if not proof.kind:
        return {}
    source = f"proof:{proof.kind}"
    values: dict[str, FactValue] = {
        "relation.customer": 1.0,
        "relation.prospect": 0.0,
        "relation.bystander": 0.0,
        "relation.label": Relation.CUSTOMER,
        "relation.proven": True,
        "relation.holds_handle": proof.holds_handle,
        "relation.on_file": proof.on_file,
    }
    return {name: fact_of(value, source) for name, value in values.items()}


def facts_digest(facts: Mapping[str, Mapping[str, FactValue]]) -> str:
    """SHA-256 of a decision's facts as stored, with sorted names: ties the row to its ledger entry."""
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def facts_as_json(facts: Mapping[str, Fact]) -> dict[str, dict[str, FactValue]]:
    """Facts as the decision row keeps them: `{name: {"value": ..., "source": ...}}`."""
    return {name: {"value": fact.value, "source": fact.source} for name, fact in facts.items()}
