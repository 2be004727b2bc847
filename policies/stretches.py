"""Runs of consecutive rules of which the first that holds is found with one question.

Most rules do not hold of most mentions. Asking sixteen at once which of them is the first to hold takes a fraction
of the time of asking one by one; errors are still found rule by rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.conditions import Choice, ConditionError, compile_choice
from policies.rule import Rule
from policies.words import State

_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Consecutive rules, drafts left out."""

    rules: tuple[Rule, ...]
    first: Choice | None
    """Tells which of them is the first to hold; None for a single rule that must be asked by itself."""


def stretches_of(rules: Sequence[Rule]) -> tuple[Stretch, ...]:
    """The rules in their order, in stretches."""
    counted = [rule for rule in rules if rule.state is not State.DRAFT]
    parts = (counted[start : start + _LENGTH] for start in range(0, len(counted), _LENGTH))
    return tuple(stretch for part in parts for stretch in _stretches(part))


def _stretches(rules: Sequence[Rule]) -> Iterator[Stretch]:
    try:
        yield Stretch(rules=tuple(rules), first=compile_choice([rule.condition for rule in rules]))
    except ConditionError:
        # Each one compiles alone, so together they are only too deep for the compiler.
        if len(rules) == 1:
            yield Stretch(rules=tuple(rules), first=None)
            return
        middle = len(rules) // 2
        yield from _stretches(rules[:middle])
        yield from _stretches(rules[middle:])
