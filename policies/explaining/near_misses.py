"""Near misses: rules tried before the one that decided, of which one clause failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policies.rulebook.condition_syntax import (
    IN,
    AllOf,
    AnyOf,
    Clause,
    FactClause,
    alternatives,
    clause_of,
    conjuncts,
    facts_named,
)
from policies.rulebook.conditions import EvaluationError, compile_condition
from policies.rulebook.fact_sheet import FactReader, FactSheet
from policies.rulebook.rule import Rule, RuleState
from policies.vocabulary import VOCABULARY
from records.models import Fact

MOST_NEAR = 3

_READER = FactReader(VOCABULARY)
_CLOSE = 0.5
"""At most half of the required number is missing."""
_NOT_CLOSE = 1.0
_SURROUNDINGS = ("permission.", "cost.", "account.", "clock.", "calendar.", "mention.", "language")
"""Facts that are equal for most mentions."""


@dataclass(frozen=True, kw_only=True)
class NearMiss:
    """A rule that nearly decided."""

    rule: Rule
    failed: tuple[Clause, ...]
    """The clause that failed, or several of which one would have been enough.

    Empty where everything held, and the rule was passed over for its daily limit or its last day.
    """


def near_misses(tried: Iterable[Rule], facts: Mapping[str, Fact]) -> tuple[NearMiss, ...]:
    """The nearest of the rules that did not decide, at most three, the nearest first.

    A rule is near where all but one of the clauses that `&&` joins hold, in one of the alternatives that `||`
    joins. It counts only where one of the clauses that hold reads something about the person or the matter, or where
    the failed one compares a number that is nearly reached: otherwise every rule of one clause would be near.
    """
    sheet = FactSheet(facts, reader=_READER)
    found = [near for rule in tried if rule.state is RuleState.LIVE and (near := _near(rule, sheet, facts)) is not None]
    return tuple(near for _, near in sorted(found, key=lambda each: each[0])[:MOST_NEAR])


def _near(rule: Rule, sheet: FactSheet, facts: Mapping[str, Fact]) -> tuple[tuple[float, int], NearMiss] | None:
    """Its distance, the smaller the nearer, or None where it was not near."""
    try:
        if sheet.holds(rule.condition):
            limited = rule.per_day is not None or rule.expires is not None
            return ((-1.0, 0), NearMiss(rule=rule, failed=())) if limited else None
        candidates = [_short_of_one(way, sheet, facts) for way in alternatives(clause_of(rule.condition.source))]
    except EvaluationError:
        return None
    nearest = min((each for each in candidates if each is not None), key=lambda each: each[0], default=None)
    return (nearest[0], NearMiss(rule=rule, failed=nearest[1])) if nearest is not None else None


def _short_of_one(
    way: Clause, sheet: FactSheet, facts: Mapping[str, Fact]
) -> tuple[tuple[float, int], tuple[Clause, ...]] | None:
    parts = conjuncts(way)
    failed = [part for part in parts if not _holds(part, sheet)]
    if len(failed) != 1:
        return None
    gap = _gap(failed[0], facts)
    telling = sum(_tells(part, facts) for part in parts if part is not failed[0])
    if gap == _NOT_CLOSE and not telling:
        return None
    return (gap, -telling), tuple(_leaves(failed[0], sheet))


def _holds(clause: Clause, sheet: FactSheet) -> bool:
    return sheet.holds(compile_condition(clause.source))


def _leaves(clause: Clause, sheet: FactSheet) -> Iterator[Clause]:
    """The simple clauses because of which a clause failed."""
    if isinstance(clause, AnyOf) and clause.clauses:
        for part in clause.clauses:
            yield from _leaves(part, sheet)
    elif isinstance(clause, AllOf):
        yield from _leaves(next(part for part in clause.clauses if not _holds(part, sheet)), sheet)
    else:
        yield clause


def _gap(clause: Clause, facts: Mapping[str, Fact]) -> float:
    """How much of a number is missing, from 0 to a half of what is asked for; 1 for more, and for what is no number."""
    if not isinstance(clause, FactClause) or clause.relation == IN:
        return _NOT_CLOSE
    asked, value = clause.literals[0], facts[clause.fact].value
    if isinstance(asked, str) or isinstance(value, str | bool) or not asked:
        return _NOT_CLOSE
    gap = abs(value - asked) / abs(asked)
    return gap if gap < _CLOSE else _NOT_CLOSE


def _tells(clause: Clause, facts: Mapping[str, Fact]) -> bool:
    """True where a clause reads something of the person or the matter that is not its default."""
    named = (name for name in facts_named(clause.source, known=VOCABULARY) if not name.startswith(_SURROUNDINGS))
    return any(facts[name].value != VOCABULARY[name].default for name in named if name in facts)
