"""Checks a rulebook for its author: what keeps it from being used, and what would not come out as it was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.examining import examine
from policies.example_runs import broken_examples
from policies.problems import Problem
from policies.rulebook import rulebook_of
from policies.validators import fitting, reachable, unproven


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found, each in the order of lines."""

    problems: tuple[Problem, ...]
    """What must be mended."""
    warnings: tuple[Problem, ...]
    """What its author may want to know; the rulebook may be used nevertheless."""


def check(source: str, *, name: str) -> list[Problem]:
    """Every problem of a rulebook's text, in the order of lines; empty where nothing must be mended.

    Besides what keeps it from being loaded: rules that can never decide, templates too long for a network, and
    examples that do not come true. `name` is the file's: the caller prints it before the problems.
    """
    return list(report(source, name=name).problems)


def report(source: str, *, name: str) -> Report:
    """Problems and warnings of a rulebook's text. Examples are run once nothing keeps it from being loaded."""
    document, problems = examine(source)
    if document is None:
        return Report(problems=tuple(problems), warnings=())
    found = [*problems, *reachable.find(document), *fitting.find(document)]
    if not problems:
        found += broken_examples(rulebook_of(document, source=source, name=name))
    return Report(problems=_in_order(found), warnings=_in_order(unproven.find(document)))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))
