"""Checks a rulebook for its author: problems, unreachable rules, and examples that fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from policies.engine import ERROR, NO_RULE, decide
from policies.rulebook.problems import RulebookProblem
from policies.rulebook.rule import Rule, RuleExample, RuleState
from policies.rulebook.rulebook import Rulebook, rulebook_of
from policies.validators.registry import FOR_AUTHORS, WARNING, examine, found_by
from policies.vocabulary import default_facts
from records.models import Fact, Verdict

SOURCE = "example"
"""The source of a fact that an example gives."""

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""Limits and last days are left out, so that any day will do."""


@dataclass(frozen=True, kw_only=True)
class RulebookReport:
    """What a check found, each in the order of lines."""

    problems: tuple[RulebookProblem, ...]
    """What must be mended."""
    warnings: tuple[RulebookProblem, ...]
    """What its author may want to know; the rulebook may be used nevertheless."""


def check(source: str, *, name: str) -> list[RulebookProblem]:
    """Every problem of a rulebook's text, in the order of lines; empty where nothing must be mended.

    Besides what keeps it from being loaded: rules that can never decide, templates too long for a network, and
    examples that do not come true. `name` is the file's: the caller prints it before the problems.
    """
    return list(report(source, name=name).problems)


def report(source: str, *, name: str) -> RulebookReport:
    """Problems and warnings of a rulebook's text. Examples are run once nothing keeps it from being loaded."""
    document, problems = examine(source)
    if document is None:
        return RulebookReport(problems=tuple(problems), warnings=())
    found = [*problems, *found_by(FOR_AUTHORS, document)]
    if not problems:
        found += broken_examples(rulebook_of(document, source=source, name=name))
    return RulebookReport(problems=_in_order(found), warnings=tuple(found_by(WARNING, document)))


def _in_order(problems: Iterable[RulebookProblem]) -> tuple[RulebookProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))


def broken_examples(rulebook: Rulebook) -> Iterator[RulebookProblem]:
    """Every example whose decision is not the one that it states.

    Its facts are the defaults of the vocabulary, its language, and what it gives. Every rule counts as in force,
    whatever its limits and last day; a draft or shadow rule counts as live for its own examples alone.
    """
    in_force = replace(rulebook, rules=tuple(replace(rule, per_day=None, expires=None) for rule in rulebook.rules))
    for rule in in_force.rules:
        runnable = [example for example in rule.examples if example.facts is not None]
        asked = _with_live(rule, in_force) if runnable and rule.state is not RuleState.LIVE else in_force
        for example in runnable:
            problem = _run(example, rule, asked)
            if problem is not None:
                yield problem


def facts_of(example: RuleExample) -> dict[str, Fact]:
    """The facts with which an example is decided."""
    given = {"language": example.lang} | dict(example.facts or {})
    return default_facts() | {name: Fact(value=value, source=SOURCE) for name, value in given.items()}


def _with_live(rule: Rule, rulebook: Rulebook) -> Rulebook:
    return replace(
        rulebook,
        rules=tuple(replace(each, state=RuleState.LIVE) if each is rule else each for each in rulebook.rules),
    )


def _run(example: RuleExample, rule: Rule, rulebook: Rulebook) -> RulebookProblem | None:
    verdict = decide(rulebook, facts_of(example), now=_ANY_DAY)
    if (verdict.rule == rule.name) == example.decides:
        return None
    named = f"The example {_shortened(example.text)!r}"
    if not example.decides:
        message = f"{named} is decided by this rule, and says `not: true`."
        hint = "Make the rule ask for more, or take `not` away."
    else:
        message, hint = f"{named} is decided by {_decider(verdict)}, not by this rule.", _why(verdict, rulebook)
    return RulebookProblem(line=example.line, rule=rule.name, message=message, hint=hint)


def _decider(verdict: Verdict) -> str:
    if verdict.rule == NO_RULE:
        return "no rule"
    return "an error" if verdict.rule == ERROR else f"the rule {verdict.rule}"


def _why(verdict: Verdict, rulebook: Rulebook) -> str:
    if verdict.rule == NO_RULE:
        return "Give the facts that its condition asks for; all others have their defaults."
    if verdict.rule == ERROR:
        return verdict.reasons[0]
    decider = next(rule for rule in rulebook.rules if rule.name == verdict.rule)
    read = ", ".join(reason for reason in verdict.reasons[1:] if reason.partition(" = ")[0] in decider.reads)
    return f"It stands on line {decider.line}, and reads {read}." if read else f"It stands on line {decider.line}."


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
