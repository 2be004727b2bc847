"""The facts of one mention, checked against the vocabulary and bound for evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from policies.rulebook.conditions import Bindings, Condition, EvaluationError, FirstMatch
from policies.rulebook.rule import Rule
from policies.vocabulary import VOCABULARY, FactType, flaw_in
from records.models import Fact, FactValue

_INT64 = range(-(2**63), 2**63)


class FactSheet:
    """Facts that rules may be asked about; only those of its reader are looked at."""

    def __init__(self, facts: Mapping[str, Fact], *, reader: FactReader) -> None:
        self._facts = facts
        self._values, self._flaws = reader.read(facts)
        self._bindings = Bindings(self._values)

    def first_of(self, choice: FirstMatch) -> int | None:
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


class FactReader:
    """Reads the values of certain facts and finds those that may not be read.

    Facts are valid unless the program has a mistake, so that they are checked together, type by type, which takes a
    third of the time; one by one they are checked only to say what is wrong.
    """

    def __init__(self, names: Iterable[str]) -> None:
        declared = [VOCABULARY[name] for name in sorted(names)]
        self._names = tuple(one.name for one in declared)
        self._bools, self._ints, self._doubles = (
            tuple(one.name for one in declared if one.type is kind)
            for kind in (FactType.BOOL, FactType.INT, FactType.DOUBLE)
        )
        texts = [one for one in declared if one.type is FactType.STRING]
        self._closed = tuple((one.name, frozenset(one.words)) for one in texts if one.words)
        self._open = tuple(one.name for one in texts if not one.words)

    def read(self, facts: Mapping[str, Fact]) -> tuple[dict[str, FactValue], dict[str, str]]:
        """By name: the values that may be read, and what is wrong with each of the others, as the end of a sentence."""
        try:
            values = {name: facts[name].value for name in self._names}
            if self._are_right(values):
                return values, {}
        except (KeyError, TypeError, ValueError, OverflowError):
            # Some fact is missing or of another type: found out below, by its name.
            pass
        return self._read_one_by_one(facts)

    def _are_right(self, values: Mapping[str, FactValue]) -> bool:
        """True only where every value may be read. Raises TypeError for most values that may not."""
        integers = [values[name] for name in self._ints]
        doubles = [values[name] for name in self._doubles]
        return (
            {values[name].__class__ for name in self._bools} <= {bool}
            and {value.__class__ for value in integers} <= {int}
            and all(value in _INT64 for value in integers)
            and {value.__class__ for value in doubles} <= {float}
            and math.isfinite(math.fsum(doubles))  # type: ignore[arg-type] # they are floats by the line above
            and all(values[name] in words for name, words in self._closed)
            and all(flaw_in(values[name], VOCABULARY[name]) is None for name in self._open)
        )

    def _read_one_by_one(self, facts: Mapping[str, Fact]) -> tuple[dict[str, FactValue], dict[str, str]]:
        values: dict[str, FactValue] = {}
        flaws: dict[str, str] = {}
        for name in self._names:
            fact = facts.get(name)
            flaw = flaw_in(fact.value, VOCABULARY[name]) if fact is not None else "is missing"
            if flaw is not None:
                flaws[name] = flaw
            elif fact is not None:
                values[name] = fact.value
        return values, flaws
