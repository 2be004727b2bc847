"""The facts that rules read, each with its source. Pure: a standing and the hour go in, facts come out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from records.nouns import Account, Brand, Fact, FactValue, Owner, Permissions
from service.bounds import NO_BOUNDS, Bounds
from service.standing import Found, Standing

SURE_SENTIMENT = 0.40
SIGNALS = ("fraud", "danger", "assistance", "minor", "bereavement", "legal", "press", "impostor", "incident")
NO_CAP = 1e12
"""Stands for the cap of an account that has none."""
NO_DEADLINE_HOURS = 1e6
"""Stands for the hours left where a private message is permitted without an end."""
NO_ACT = "none"
BUSINESS_DAYS = range(1, 6)
BUSINESS_HOURS = range(8, 20)


def gather_facts(
    standing: Standing,
    permissions: Permissions,
    *,
    account: Account,
    brand: Brand,
    now: datetime,
    bounds: Bounds = NO_BOUNDS,
) -> dict[str, Fact]:
    """All facts of `policies.vocabulary` about one mention."""
    local = now.astimezone(ZoneInfo(brand.timezone))
    by_source: dict[str, dict[str, FactValue]] = {
        f"classifier:{standing.assessment.model_version}": _what_the_classifier_found(standing.assessment),
        f"network:{account.network}": _what_the_network_says(standing, permissions, now),
        "thread": _what_the_thread_shows(standing),
        "case": {"thread.private_open": standing.private_open},
        "mention": _what_the_mention_is(standing, account, now),
        "author": {
            "author.own_account": bounds.is_ours(standing, account),
            "author.bot": bounds.is_bot(standing),
        },
        "spending": {"cost.month_spent": round(bounds.month_spent, 4)},
        "settings": {
            "account.network": account.network,
            "account.brand": account.brand,
            "cost.month_cap": NO_CAP if bounds.month_cap is None else bounds.month_cap,
            "crisis": False,
        },
        "clock": _what_the_hour_is(local),
    }
    facts = {
        name: Fact(value=value, source=source) for source, values in by_source.items() for name, value in values.items()
    }
    return facts | _unsure(standing.assessment)


def _what_the_classifier_found(found: Found) -> dict[str, FactValue]:
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
    }
    values.update({f"signal.{name}": name in found.signals for name in SIGNALS})
    return values


def _what_the_network_says(standing: Standing, permissions: Permissions, now: datetime) -> dict[str, FactValue]:
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


def _what_the_thread_shows(standing: Standing) -> dict[str, FactValue]:
    return {
        "thread.earlier_answers": standing.earlier_answers,
        "thread.answered_outside": standing.settled,
        "thread.copies": standing.copies,
    }


def _what_the_mention_is(standing: Standing, account: Account, now: datetime) -> dict[str, FactValue]:
    return {
        "mention.age_minutes": round((now - standing.published_at).total_seconds() / 60, 1),
        "mention.history": standing.published_at < account.connected_at,
        "mention.feed": standing.feed,
        "mention.kind": standing.kind,
        "mention.has_media": standing.has_media,
        "mention.text_length": len(standing.text),
    }


def _what_the_hour_is(local: datetime) -> dict[str, FactValue]:
    weekday = local.isoweekday()
    return {
        "clock.hour": local.hour,
        "clock.weekday": weekday,
        "clock.business_hours": weekday in BUSINESS_DAYS and local.hour in BUSINESS_HOURS,
    }


def _unsure(found: Found) -> dict[str, Fact]:
    surest = max(found.p_negative, found.p_neutral, found.p_positive)
    if surest >= SURE_SENTIMENT:
        return {}
    return {"sentiment.label": Fact(value=found.sentiment, source=f"unsure:classifier:{found.model_version}")}
