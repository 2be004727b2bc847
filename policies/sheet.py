"""The facts of one mention, checked against the vocabulary and bound for evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from policies.conditions import Bindings, Choice, Condition, EvaluationError
from policies.fact_reading import FactReader
from policies.rule import Rule
from records.nouns import Fact


class FactSheet:
    """Facts that rules may be asked about; only those of its reader are looked at."""

    def __init__(self, facts: Mapping[str, Fact], *, reader: FactReader) -> None:
        self._facts = facts
        self._values, self._flaws = reader.read(facts)
        self._bindings = Bindings(self._values)

    def first_of(self, choice: Choice) -> int | None:
        """Which of some conditions is the first that holds; how many there are where none does.

        None where a fact is missing or wrong, or one that comes before it cannot be evaluated: they must be asked
        one by one.
        """
        if self._flaws and not choice.reads.isdisjoint(self._flaws):
            return None
        try:
            return self._bindings.choose(choice)
        except EvaluationError:
            return None

    def satisfies(self, rule: Rule) -> bool:
        """True where the rule's condition holds.

        Raises EvaluationError where it cannot be evaluated, or holds and a fact is missing or wrong that the rule
        needs for what it would do.
        """
        holds = self.holds(rule.condition)
        if holds:
            self._require(rule.reads)
        return holds

    def holds(self, condition: Condition) -> bool:
        """True where a condition holds. Raises EvaluationError where a fact that it reads is missing or wrong."""
        self._require(condition.reads)
        return self._bindings.satisfy(condition)

    def read(self, rule: Rule) -> list[tuple[str, Fact]]:
        """The facts that a rule reads, by name in order."""
        return [(name, self._facts[name]) for name in sorted(rule.reads)]

    def is_true(self, name: str) -> bool:
        """True for a fact that is known to be true."""
        return self._values.get(name) is True

    def _require(self, names: frozenset[str]) -> None:
        if self._flaws and not names.isdisjoint(self._flaws):
            flawed = sorted(names & self._flaws.keys())
            raise EvaluationError("; ".join(f"the fact {name} {self._flaws[name]}" for name in flawed))
