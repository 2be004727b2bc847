"""The facts of one mention, checked against the vocabulary and bound for evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.conditions import Bindings, Condition, EvaluationError
from policies.rule import Rule
from policies.vocabulary import VOCABULARY, flaw_in
from records.nouns import Fact, FactValue


class FactSheet:
    """Facts that rules may be asked about; only those in `names` are looked at."""

    def __init__(self, facts: Mapping[str, Fact], *, names: Iterable[str]) -> None:
        self._facts = facts
        self._flaws: dict[str, str] = {}
        self._values: dict[str, FactValue] = {}
        for name in names:
            fact = facts.get(name)
            if fact is None:
                self._flaws[name] = "is missing"
            elif flaw := flaw_in(fact.value, VOCABULARY[name]):
                self._flaws[name] = flaw
            else:
                self._values[name] = fact.value
        self._bindings = Bindings(self._values)

    def may_satisfy(self, condition: Condition) -> bool:
        """False only where the condition can be evaluated and does not hold."""
        if self._flaws and not condition.reads.isdisjoint(self._flaws):
            return True
        try:
            return self._bindings.satisfy(condition)
        except EvaluationError:
            return True

    def satisfies(self, rule: Rule) -> bool:
        """True where the rule's condition holds.

        Raises EvaluationError where it cannot be evaluated, or holds and a fact is missing or wrong that the rule
        needs for what it would do.
        """
        self._require(rule.condition.reads)
        holds = self._bindings.satisfy(rule.condition)
        if holds:
            self._require(rule.reads)
        return holds

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
