"""The assessment and the decision of a post, and the decision's explanation.

The explanation is worked out again from the stored facts and the rulebook of that version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from policies import reasons
from policies.engine import ERROR, NO_RULE, UNSURE
from policies.explaining.explanation import Explanation, explain
from policies.rulebook.problems import RulebookError
from policies.vocabulary import VOCABULARY, default_facts
from records.models import Fact
from records.tables.service import AssessmentRow, DecisionRow
from service.brands.rulebook_versions import UnknownRulebookError, stored_rulebook

_FACT_REASON = re.compile(r"[a-z][a-z_.]* = ")
"""How a stored reason begins that only repeats a fact."""


@dataclass(frozen=True, kw_only=True)
class FactRead:
    """One fact that the policy read."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PostAssessment:
    """What the classifier found in a post."""

    language: str
    sentiment: str
    p_sentiment: float
    relation: str
    p_relation: float
    intent: str
    p_intent: float
    urgency: str
    signals: tuple[str, ...]
    personal_data: tuple[str, ...]
    """`kind (owner)` of each datum; never the datum."""
    evidence: tuple[str, ...]
    model_version: str


@dataclass(frozen=True, kw_only=True)
class PostDecision:
    """What the policy decided about a post, and why."""

    action: str
    rule: str
    queue: str
    approval: str
    hide: bool
    propose_hide: bool
    """A person is asked whether to hide the post."""
    mode: str
    reasons: tuple[str, ...]
    facts: tuple[FactRead, ...]
    policy_facts: Mapping[str, Fact]
    """The same facts as the policy takes them; facts that were declared after the decision have their defaults."""
    rulebook_version: str
    by_pilot: bool
    """A pilot's rulebook decided, and not the brand's own."""
    made_at: datetime


def post_assessment(row: AssessmentRow | None) -> PostAssessment | None:
    """The assessment as it is shown; None for a post that waits to be judged."""
    if row is None:
        return None
    return PostAssessment(
        language=row.language,
        sentiment=row.sentiment,
        p_sentiment=getattr(row, f"p_{row.sentiment}", 0.0),
        relation=row.relation,
        p_relation=getattr(row, f"p_{row.relation}", 0.0),
        intent=row.intent,
        p_intent=row.p_intent,
        urgency=row.urgency,
        signals=tuple(row.signals),
        personal_data=tuple(f"{datum.get('kind', '')} ({datum.get('owner', '')})" for datum in row.personal_data),
        evidence=tuple(row.evidence),
        model_version=row.model_version,
    )


def post_decision(row: DecisionRow | None) -> PostDecision | None:
    """The decision as it is shown; None for a post that waits to be decided."""
    if row is None:
        return None
    return PostDecision(
        action=row.action,
        rule=row.rule,
        queue=row.queue,
        approval=row.approval,
        hide=row.hide,
        propose_hide=row.propose_hide,
        mode=row.mode,
        reasons=tuple(row.reasons),
        facts=_facts(row.facts),
        policy_facts=_policy_facts(row.facts),
        rulebook_version=row.rulebook_version,
        by_pilot=row.pilot_id is not None,
        made_at=row.made_at,
    )


def _facts(stored: Mapping[str, Any]) -> tuple[FactRead, ...]:
    return tuple(
        FactRead(name=name, value=_value_text(fact.get("value")), source=str(fact.get("source", "")))
        for name, fact in sorted(stored.items())
    )


def _policy_facts(stored: Mapping[str, Any]) -> Mapping[str, Fact]:
    """What is stored under a name that is still declared, sound or not; every other declared fact is its default."""
    kept = {
        name: Fact(value=fact["value"], source=str(fact.get("source", "")))
        for name, fact in stored.items()
        if name in VOCABULARY and isinstance(fact.get("value"), bool | int | float | str)
    }
    return {**default_facts(), **kept}


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def explanation_of(session: Session, decision: PostDecision, *, language: str) -> Explanation | None:
    """The explanation in `language`; None where only the stored reasons are left.

    That is the case where the rulebook of that version is not kept or can no longer be read, where no rule of it
    decided (for example where one of our own accounts wrote), and where it cannot be found again which rule was unsure
    or failed.
    """
    try:
        rulebook = stored_rulebook(session, decision.rulebook_version)
    except (UnknownRulebookError, RulebookError):
        return None
    explained = explain(rulebook, decision.policy_facts, rule=decision.rule, language=language)
    found = decision.rule == NO_RULE or any(rule.name == decision.rule for rule in rulebook.rules)
    return explained if found or (decision.rule in {UNSURE, ERROR} and explained.facts) else None


def further_reasons(decision: PostDecision) -> tuple[str, ...]:
    """Stored reasons that an explanation does not repeat: what withheld the rule's answer, rules in shadow."""
    repeated = (f"Rule {decision.rule}: ", reasons.NOTHING_MATCHED, "Held for a person: rule ")
    return tuple(each for each in decision.reasons if not each.startswith(repeated) and not _FACT_REASON.match(each))
