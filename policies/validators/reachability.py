"""Rules that can never decide: no facts satisfy them, or an earlier rule always holds too.

Sound, not complete: a rule that is named never decides, whatever the facts; where the question would take too long,
or hangs on what two calls or sums have to do with each other, the rule is taken to be reachable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.rulebook.condition_syntax import AnyOf, Clause, FactClause, OpaqueClause, clause_of, conjuncts
from policies.rulebook.conditions import ConditionError, compile_condition
from policies.rulebook.problems import RulebookProblem
from policies.rulebook.rule import RuleState
from policies.rulebook.source import RulebookDocument, WrittenRule
from policies.rulebook.value_partitions import ValuePartitions
from policies.validators import conditions

_MOST_TERMS = 128
"""Ways in which one condition may hold, above which it is not looked into."""
_MOST_STEPS = 200_000
"""Comparisons of two terms in one rulebook: about a second."""
Term = Mapping[str, int]
"""One way in which a condition holds: for each fact it speaks of, the set of values that it may have."""


def unreachable_rules(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Rules that contradict themselves, and those that stand behind rules which hold whenever they do."""
    written = [rule for rule in document.rules if rule.block.text("state") != RuleState.DRAFT and _is_sound(rule)]
    by_number = {str(number): rule for number, rule in enumerate(written)}
    asked = [
        RuleToCheck(
            name=number,
            clause=clause_of(rule.block.text("when") or ""),
            always_decides=rule.block.text("state") == RuleState.LIVE and rule.limits is None,
        )
        for number, rule in by_number.items()
    ]
    for found in find_unreachable(asked):
        rule = by_number[found.name]
        entry = rule.block.entry("when")
        message, hint = _told(found, [by_number[number] for number in found.behind])
        yield RulebookProblem(
            line=entry.line if entry is not None else rule.line, rule=rule.name, message=message, hint=hint
        )


@dataclass(frozen=True, kw_only=True)
class RuleToCheck:
    """The properties of a rule on which reachability depends."""

    name: str
    clause: Clause
    always_decides: bool
    """True where it decides whenever it holds: live, without a daily limit and without a last day."""


@dataclass(frozen=True, kw_only=True)
class UnreachableRule:
    """A rule that can never decide."""

    name: str
    behind: tuple[str, ...]
    """The earlier rules of which one always holds; empty where the rule itself never holds."""
    fact: str | None = None
    """The fact whose conditions exclude each other, where it is one fact."""


def find_unreachable(rules: Sequence[RuleToCheck]) -> Iterator[UnreachableRule]:
    """Every rule that can never decide, in order."""
    partitions = ValuePartitions(rule.clause for rule in rules)
    search = _Search(partitions=partitions)
    earlier: list[tuple[str, Term]] = []
    for rule in rules:
        terms = _terms(rule.clause, partitions)
        if terms is None:
            continue
        if not terms:
            yield UnreachableRule(name=rule.name, behind=(), fact=_contradicted(rule.clause, partitions))
            continue
        behind = search.rules_that_cover(terms, earlier)
        if behind:
            yield UnreachableRule(name=rule.name, behind=behind)
        elif rule.always_decides:
            earlier += [(rule.name, term) for term in terms]


@dataclass(kw_only=True)
class _Search:
    partitions: ValuePartitions
    steps_left: int = _MOST_STEPS

    def rules_that_cover(self, terms: Sequence[Term], earlier: Sequence[tuple[str, Term]]) -> tuple[str, ...]:
        """The fewest earlier rules of which one holds whenever one of the terms does; or none."""
        if not self._are_covered(terms, earlier):
            return ()
        needed = list(dict.fromkeys(name for name, _ in earlier))
        for name in needed:
            if self._are_covered(terms, [each for each in earlier if each[0] == name]):
                return (name,)
        for name in needed[::-1]:
            others = [each for each in needed if each != name]
            if self._are_covered(terms, [each for each in earlier if each[0] in others]):
                needed = others
        return tuple(needed)

    def _are_covered(self, terms: Sequence[Term], earlier: Sequence[tuple[str, Term]]) -> bool:
        by = [term for _, term in earlier]
        return all(self._is_covered(term, by) for term in terms)

    def _is_covered(self, term: Term, by: Sequence[Term]) -> bool:
        """True where nothing of `term` is left when every other term is cut out of it."""
        pending: list[tuple[Term, int]] = [(term, 0)]
        while pending:
            left, start = pending.pop()
            met = self._first_that_meets(left, by, start)
            if met is None:
                return False
            pending += [(piece, met + 1) for piece in self._cut(left, by[met])]
        return True

    def _first_that_meets(self, term: Term, by: Sequence[Term], start: int) -> int | None:
        for at in range(start, len(by)):
            self.steps_left -= 1
            if self.steps_left < 0:
                return None
            if all(term.get(fact, values) & values for fact, values in by[at].items()):
                return at
        return None

    def _cut(self, term: Term, out: Term) -> Iterator[Term]:
        """The pieces of `term` that lie outside another term that it meets."""
        left = dict(term)
        for fact, values in out.items():
            present = left.get(fact, self.partitions.every(fact))
            if present & ~values:
                yield left | {fact: present & ~values}
            left[fact] = present & values


def _terms(clause: Clause, partitions: ValuePartitions) -> list[Term] | None:
    """The ways in which a clause holds, without those that contradict themselves; None where they are too many."""
    if isinstance(clause, FactClause):
        found = partitions.satisfying(clause)
        return [{clause.fact: found}] if found else []
    if isinstance(clause, OpaqueClause):
        return [{f"({clause.words})": 0b01 if clause.holds else 0b10}]
    parts = [_terms(part, partitions) for part in clause.clauses]
    if isinstance(clause, AnyOf):
        return _unless_too_many([term for part in parts for term in part or ()], known=None not in parts)
    together: list[Term] | None = [{}]
    for part in parts:
        if together is not None and part is not None:
            both = [_both(one, other) for one in together for other in part]
            together = _unless_too_many([term for term in both if all(term.values())], known=True)
        else:
            together = None
    return together


def _unless_too_many(terms: list[Term], *, known: bool) -> list[Term] | None:
    return terms if known and len(terms) <= _MOST_TERMS else None


def _both(one: Term, other: Term) -> Term:
    return {**one, **{fact: values & one.get(fact, values) for fact, values in other.items()}}


def _contradicted(clause: Clause, partitions: ValuePartitions) -> str | None:
    """The first fact of which no value satisfies all that a condition asks of it alone."""
    left: dict[str, int] = {}
    for part in conjuncts(clause):
        if isinstance(part, FactClause):
            left[part.fact] = left.get(part.fact, partitions.every(part.fact)) & partitions.satisfying(part)
    return next((fact for fact, found in left.items() if not found), None)


def _is_sound(rule: WrittenRule) -> bool:
    """True for a condition that compiles and compares facts with values that they may have."""
    try:
        compile_condition(rule.block.text("when") or "")
    except ConditionError:
        return False
    return next(conditions.literal_problems_in(rule), None) is None


def _told(found: UnreachableRule, behind: list[WrittenRule]) -> tuple[str, str]:
    if not behind and found.fact is None:
        return "The rule can never decide: its condition is never true.", "Look for what excludes each other in it."
    if not behind:
        message = f"The rule can never decide: no value of `{found.fact}` satisfies all that it asks of it."
        return message, "Write `||` where one of the two is enough, or take one away."
    places = ", ".join(f"{rule.name} (line {rule.line})" for rule in behind)
    if len(behind) == 1:
        message = f"The rule can never decide: whenever it holds, the earlier rule {places} holds too."
        return message, "Put it before that rule, or make that rule ask for more."
    message = f"The rule can never decide: whenever it holds, one of the earlier rules {places} holds too."
    return message, "Put it before them, or make one of them ask for more."
