"""What was found in a post and decided about it, as the pages explain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.vocabulary import VOCABULARY, default_facts
from records.nouns import Fact
from records.tables.service import AssessmentRow, DecisionRow


@dataclass(frozen=True, kw_only=True)
class FactRead:
    """One fact that the policy read."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Found:
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
class Decided:
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
    known: Mapping[str, Fact]
    """The same facts as the policy is given them; those that are younger than the decision have their defaults."""
    rulebook_version: str
    by_pilot: bool
    """A pilot's rulebook decided, and not the brand's own."""
    made_at: datetime


def found_in(row: AssessmentRow | None) -> Found | None:
    """The assessment as it is shown; None for a post that waits to be judged."""
    if row is None:
        return None
    return Found(
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


def decided_by(row: DecisionRow | None) -> Decided | None:
    """The decision as it is shown; None for a post that waits to be decided."""
    if row is None:
        return None
    return Decided(
        action=row.action,
        rule=row.rule,
        queue=row.queue,
        approval=row.approval,
        hide=row.hide,
        propose_hide=row.propose_hide,
        mode=row.mode,
        reasons=tuple(row.reasons),
        facts=_facts(row.facts),
        known=_known(row.facts),
        rulebook_version=row.rulebook_version,
        by_pilot=row.pilot_id is not None,
        made_at=row.made_at,
    )


def _facts(stored: Mapping[str, Any]) -> tuple[FactRead, ...]:
    return tuple(
        FactRead(name=name, value=_written(fact.get("value")), source=str(fact.get("source", "")))
        for name, fact in sorted(stored.items())
    )


def _known(stored: Mapping[str, Any]) -> Mapping[str, Fact]:
    """What is stored under a name that is still declared, sound or not; every other declared fact is its default."""
    kept = {
        name: Fact(value=fact["value"], source=str(fact.get("source", "")))
        for name, fact in stored.items()
        if name in VOCABULARY and isinstance(fact.get("value"), bool | int | float | str)
    }
    return {**default_facts(), **kept}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
