"""The reasons of a verdict, as sentences for agents and auditors."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policies.rulebook.conditions import EvaluationError
from policies.rulebook.rule import Rule
from records.models import Fact, FactValue

NOTHING_MATCHED = "No rule matched; what no rule speaks of is held for a person."


def matched(rule: Rule) -> str:
    """The rule that decided, with its author's reason."""
    return f"Rule {rule.name}: {rule.because}"


def fact(name: str, known: Fact) -> str:
    """`intent.needs_account_data = 0.82 (classifier:signals)`."""
    return f"{name} = {_written(known.value)} ({known.source})"


def unsure(rule: Rule, names: Sequence[str]) -> str:
    """The rule held, but on facts that are not to be relied on."""
    return f"Held for a person: rule {rule.name} matched, but is unsure of {', '.join(names)}."


def not_evaluated(rule: Rule, error: EvaluationError) -> str:
    """The condition could not be evaluated."""
    return f"Rule {rule.name} could not be evaluated: {error}."


def would_have(rule: Rule) -> str:
    """What a shadow rule would have decided."""
    return f"Shadow rule {rule.name} would have decided {rule.action}: {rule.because}"


def expired(rule: Rule) -> str:
    """The rule held after its last day."""
    return f"Rule {rule.name} matched, but was passed over: its last day was {rule.expires}."


def spent(rule: Rule) -> str:
    """The rule held after its daily limit was used up."""
    return f"Rule {rule.name} matched, but was passed over: its daily limit of {rule.per_day} is used up."


def _written(value: FactValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value)
