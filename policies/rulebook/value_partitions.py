"""Partitions the values of each fact into sets that no condition of a rulebook tells apart.

A set of values is then a whole number, one bit a partition, and sets are compared exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

from policies.rulebook.condition_syntax import IN, AllOf, AnyOf, Clause, FactClause
from policies.vocabulary import VOCABULARY, FactType
from records.models import FactValue

TRUE_OR_FALSE = 0b11
"""The set of all values of something that is true (bit 0) or false (bit 1)."""

_NUMBERS = (FactType.INT, FactType.DOUBLE)


class ValuePartitions:
    """The partitions of every fact that some clauses test."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        literals: dict[str, set[FactValue]] = {}
        pending = list(clauses)
        while pending:
            clause = pending.pop()
            if isinstance(clause, FactClause):
                literals.setdefault(clause.fact, set()).update(clause.literals)
            elif isinstance(clause, AllOf | AnyOf):
                pending += clause.clauses
        points = {fact: _points(fact, found) for fact, found in literals.items()}
        self._places: Mapping[str, Mapping[FactValue, int]] = {
            fact: {point: place for place, point in enumerate(found)} for fact, found in points.items()
        }
        self._all = {fact: _every_partition(fact, found) for fact, found in points.items()}

    def every(self, fact: str) -> int:
        """The set of all values of a fact; for what is no fact, of something true or false."""
        return self._all.get(fact, TRUE_OR_FALSE)

    def satisfying(self, clause: FactClause) -> int:
        """The set of the values that satisfy the clause."""
        known, every = self._places[clause.fact], self._all[clause.fact]
        is_number = VOCABULARY[clause.fact].type in _NUMBERS
        places = {known[literal] for literal in clause.literals if literal in known}
        if clause.relation == IN:
            found = sum(1 << (2 * place + 1 if is_number else place) for place in places)
        else:
            found = _side(places.pop(), clause.relation)
        found &= every
        return found if clause.holds else every & ~found


def _points(fact: str, literals: set[FactValue]) -> tuple[FactValue, ...]:
    declared = VOCABULARY[fact]
    if declared.type is FactType.BOOL:
        return (True, False)
    if declared.words:
        return declared.words
    if declared.type in _NUMBERS:
        return tuple(sorted(literal for literal in literals if not isinstance(literal, str)))
    return tuple(sorted(literal for literal in literals if isinstance(literal, str)))


def _every_partition(fact: str, points: tuple[FactValue, ...]) -> int:
    """Bool: one bit a value. Words: one a word. Open texts: one a literal and one for the rest.

    Numbers: below the first literal, the literal itself, between it and the next one, and so on; the gap
    between two neighbouring numbers holds none.
    """
    declared = VOCABULARY[fact]
    if declared.type is FactType.BOOL or declared.words:
        return (1 << len(points)) - 1
    if declared.type is FactType.STRING:
        return (1 << len(points) + 1) - 1
    every = (1 << 2 * len(points) + 1) - 1
    for place, (low, high) in enumerate(pairwise(points), start=1):
        if not isinstance(low, str) and not isinstance(high, str) and _are_neighbours(low, high):
            every &= ~(1 << 2 * place)
    return every


def _are_neighbours(low: float, high: float) -> bool:
    return high - low <= 1 if isinstance(low, int) else math.nextafter(low, math.inf) >= high


def _side(place: int, relation: str) -> int:
    """The set of values on one side of the literal at `place`."""
    point = 1 << 2 * place + 1
    below, above = point - 1, -point - point
    side = below if relation.startswith("<") else above
    return side | point if relation.endswith("=") else side
