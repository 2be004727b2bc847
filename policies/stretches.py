"""Runs of consecutive rules of which the first that holds is found with one question.

Most rules do not hold of most mentions. Asking eight at once which of them is the first to hold makes a decision
several times as fast as asking one by one; errors are still found rule by rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.conditions import Choice, ConditionError, compile_choice
from policies.rule import Rule
from policies.words import State

_LENGTH = 8


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Consecutive rules, drafts left out."""

    rules: tuple[Rule, ...]
    first: Choice | None
    """Tells which of them is the first to hold; None where they must be asked one by one."""


def stretches_of(rules: Sequence[Rule]) -> tuple[Stretch, ...]:
    """The rules in their order, in stretches."""
    counted = [rule for rule in rules if rule.state is not State.DRAFT]
    return tuple(_stretch(counted[start : start + _LENGTH]) for start in range(0, len(counted), _LENGTH))


def _stretch(rules: Sequence[Rule]) -> Stretch:
    try:
        first = compile_choice([rule.condition for rule in rules])
    except ConditionError:
        # Each one compiles alone, so together they are only too deep for the compiler.
        first = None
    return Stretch(rules=tuple(rules), first=first)
