"""The facts that rules read, each with its source, and how a decision row stores them. Pure.

Who the author is, `relation.*`: the classifier's probabilities (`classifier/judging/judge.py`: a linear model, weighed
by `relation_clues`), as stored by the step `assess`, with the source `classifier:<version>`. Where a record is
linked to the person, or they proved both handle and file in the room of their open case, `_proven_facts` makes them a
customer with the source `proof:<kind>`, whatever the text says; `author_reader` reads the proofs.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import orjson

from classifier.terms.phrases import fold, phrases_at, read_terms
from networks.permissions import permits, permits_privately
from policies.vocabulary import PERSONAL_DATA_KINDS, VOCABULARY
from records.enums import Act, Owner, Relation, Sentiment
from records.models import Assessment, Fact, FactValue, Permissions
from service.deciding.context import Article, DecisionContext, DeskHours, MentionContext, Proof

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

SHARED_WORDS = 2
"""So many words of an article's title a post must share; all of them, where the title has fewer."""
_STEM = 5
"""Letters of a word that are compared, so that `oficina` and `oficinas` are one."""
_SHORTEST = 4
"""Shorter words carry no topic."""
_LONGEST_READ = 4_000
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESSES = re.compile(r"@\w+|https?://\S+")


def gather_facts(context: DecisionContext, *, now: datetime) -> dict[str, Fact]:
    """All facts of `policies.vocabulary` about one mention, with the calendar of the rulebook in use."""
    mention, limits, brand = context.mention, context.limits, context.policy.brand
    account, found, proof = mention.account, mention.assessment, mention.proof
    local = now.astimezone(ZoneInfo(mention.brand.timezone))
    by_source: dict[str, dict[str, FactValue]] = {
        f"classifier:{found.model_version}": classifier_facts(found),
        f"network:{account.network}": _network_facts(mention, now),
        "thread": _thread_facts(mention),
        "case": _case_facts(mention),
        "room": {
            "relation.holds_handle": proof.holds_handle,
            "relation.on_file": proof.on_file,
            "relation.proven": bool(proof.kind),
        },
        "cases": {"case.private_wait_minutes": brand.private_wait_minutes},
        "knowledge": {
            "knowledge.article": speaks_of(brand.articles, mention.text, language=found.language),
            "incident.known": brand.incident_known,
            "incident.text_approved": brand.incident_text_approved,
        },
        "mention": _mention_facts(mention, now),
        "author": {"author.own_account": limits.is_ours(mention), "author.bot": limits.is_bot(mention)},
        "spending": {"cost.month_spent": round(limits.month_spent, 4)},
        "settings": {
            "account.name": account.name,
            "account.network": account.network,
            "account.brand": account.brand,
            "cost.month_cap": NO_CAP if limits.month_cap is None else limits.month_cap,
            "case.private_wait_promised": float(mention.brand.private_wait_minutes),
        },
        "desk": {"crisis": brand.crisis},
        "clock": {"clock.hour": local.hour, "clock.weekday": local.isoweekday()},
        "calendar": calendar_facts(context.policy.active.hours),
    }
    facts = {name: fact_of(value, source) for source, values in by_source.items() for name, value in values.items()}
    return facts | _unsure_facts(found) | _proven_facts(proof)


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


def classifier_facts(found: Assessment) -> dict[str, FactValue]:
    """The facts of an assessment, by name; all but the kinds of personal data that it did not find are counted 0."""
    values: dict[str, FactValue] = {
        **{f"relation.{label}": round(found.p_relation[label], 4) for label in Relation},
        "relation.label": found.relation.value,
        **{f"sentiment.{label}": round(found.p_sentiment[label], 4) for label in Sentiment},
        "sentiment.label": found.sentiment.value,
        "intent": found.intent.value,
        "intent.probability": round(found.p_intent, 4),
        "intent.needs_account_data": round(found.needs_account_data, 4),
        "urgency": found.urgency.value,
        "toxicity": round(found.toxicity, 4),
        "language": found.language,
        **_NO_DATA,
    }
    owners = Counter(datum.owner for datum in found.personal_data)
    values |= {f"personal_data.{owner}": owners[owner] for owner in (Owner.OWN, Owner.OTHERS)}
    kinds = Counter(f"personal_data.{datum.owner}.{datum.kind}" for datum in found.personal_data)
    values |= {name: count for name, count in kinds.items() if name in _NO_DATA}
    values |= {f"signal.{name}": name in found.signals for name in SIGNALS}
    return values


def _network_facts(mention: MentionContext, now: datetime) -> dict[str, FactValue]:
    permissions = mention.permissions
    privately = permits_privately(permissions)
    return {
        "author.reach": mention.reach,
        "permission.reply": permits(permissions, Act.PUBLIC_REPLY),
        "permission.private_reply": privately,
        "permission.private_reply_hours_left": _hours_left(permissions, now) if privately else 0.0,
        "permission.private_act": permissions.private_act if privately else NO_ACT,
        "permission.hide": permits(permissions, Act.HIDE),
        "permission.delete": permits(permissions, Act.DELETE),
        "cost.reply": permissions.reply_cost,
        "cost.private": permissions.private_cost,
    }


def _hours_left(permissions: Permissions, now: datetime) -> float:
    if permissions.private_until is None:
        return NO_DEADLINE_HOURS
    return round(max(0.0, (permissions.private_until - now).total_seconds() / 3600), 2)


def _case_facts(mention: MentionContext) -> dict[str, FactValue]:
    case = mention.case
    return {
        "thread.private_open": mention.history.private_open,
        "case.open": case.open,
        "case.private_state": case.private_state,
        "case.chasing": case.is_chased_by(mention.published_at),
        "case.reopened": case.reopened,
        "case.assigned": case.assigned,
        "case.mentions": case.mentions,
    }


def _thread_facts(mention: MentionContext) -> dict[str, FactValue]:
    return {
        "thread.earlier_answers": mention.history.earlier_answers,
        "thread.answered_outside": mention.answered_elsewhere,
        "thread.copies": mention.history.copies,
    }


def _mention_facts(mention: MentionContext, now: datetime) -> dict[str, FactValue]:
    return {
        "mention.age_minutes": round((now - mention.published_at).total_seconds() / 60, 1),
        "mention.history": mention.is_history,
        "mention.feed": mention.feed,
        "mention.kind": mention.kind,
        "mention.has_media": mention.has_media,
        "mention.text_length": len(mention.text),
    }


def _unsure_facts(found: Assessment) -> dict[str, Fact]:
    if max(found.p_sentiment.values()) >= SURE_SENTIMENT:
        return {}
    return {"sentiment.label": fact_of(found.sentiment.value, f"unsure:classifier:{found.model_version}")}


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


def speaks_of(articles: Sequence[Article], text: str, *, language: str) -> bool:
    """True where an article in the person's language shares its topic with the text.

    Topics are compared by the content words of the title: two of them must occur in the text, by their first five
    letters, whatever their case and accents.
    """
    topics = [_topic(article.title, article.language) for article in articles if article.language == language]
    if not topics:
        return False
    said = content_stems(text[:_LONGEST_READ], language)
    return any(topic and len(topic & said) >= min(SHARED_WORDS, len(topic)) for topic in topics)


def content_stems(text: str, language: str) -> frozenset[str]:
    """The beginnings of the words that carry a topic."""
    return frozenset(_stems(_WORD.findall(_ADDRESSES.sub(" ", fold(text))), _function_words(language)))


def _stems(words: Iterable[str], function_words: frozenset[str]) -> Iterable[str]:
    return (word[:_STEM] for word in words if len(word) >= _SHORTEST and word not in function_words)


@lru_cache(maxsize=4096)
def _topic(title: str, language: str) -> frozenset[str]:
    return content_stems(title, language)


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(map(fold, phrases_at(read_terms("function_words"), language)))
