"""Reads the values of facts and finds those that no condition may rely on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from policies.vocabulary import VOCABULARY, FactType, flaw_in
from records.nouns import Fact, FactValue

_INT64 = range(-(2**63), 2**63)


class FactReader:
    """Reads certain facts, again and again.

    Facts are right but for mistakes in the program, so that they are looked at together, type by type; one by one
    they are only looked at to say what is wrong. That takes a third of the time.
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
