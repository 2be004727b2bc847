"""Rules that can never decide."""

from __future__ import annotations

from collections.abc import Iterator

from policies.clauses import clause_of
from policies.conditions import ConditionError, compile_condition
from policies.problems import Problem
from policies.reachability import AskedRule, Unreachable, unreachable
from policies.source import Document, WrittenRule
from policies.validators import literals
from policies.words import State


def find(document: Document) -> Iterator[Problem]:
    """Rules that contradict themselves, and those that stand behind rules which hold whenever they do."""
    written = [rule for rule in document.rules if rule.block.text("state") != State.DRAFT and _is_sound(rule)]
    by_number = {str(number): rule for number, rule in enumerate(written)}
    asked = [
        AskedRule(
            name=number,
            clause=clause_of(rule.block.text("when") or ""),
            always_decides=rule.block.text("state") == State.LIVE and rule.limits is None,
        )
        for number, rule in by_number.items()
    ]
    for found in unreachable(asked):
        rule = by_number[found.name]
        entry = rule.block.entry("when")
        message, hint = _told(found, [by_number[number] for number in found.behind])
        yield Problem(line=entry.line if entry is not None else rule.line, rule=rule.name, message=message, hint=hint)


def _is_sound(rule: WrittenRule) -> bool:
    """True for a condition that compiles and compares facts with values that they may have."""
    try:
        compile_condition(rule.block.text("when") or "")
    except ConditionError:
        return False
    return next(literals.in_rule(rule), None) is None


def _told(found: Unreachable, behind: list[WrittenRule]) -> tuple[str, str]:
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
