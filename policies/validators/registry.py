"""The validators of rulebooks, in their order: those that refuse a rulebook, those for its author, and warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from policies.rulebook.problems import RulebookProblem
from policies.rulebook.source import RulebookDocument, read_document
from policies.validators.calendar import calendar_problems
from policies.validators.conditions import condition_problems, literal_problems
from policies.validators.examples import example_problems, unproven_rules
from policies.validators.reachability import unreachable_rules
from policies.validators.rules import limit_problems, name_problems, outcome_problems
from policies.validators.structure import language_problems, missing_sections, repeated_keys, unknown_keys
from policies.validators.template_length import oversized_templates
from policies.validators.templates import template_problems, variant_problems

Validator = Callable[[RulebookDocument], Iterator[RulebookProblem]]

REFUSING: tuple[Validator, ...] = (
    missing_sections,
    unknown_keys,
    repeated_keys,
    language_problems,
    name_problems,
    outcome_problems,
    condition_problems,
    literal_problems,
    limit_problems,
    calendar_problems,
    example_problems,
    template_problems,
    variant_problems,
)
"""What they find keeps a rulebook from being loaded."""

FOR_AUTHORS: tuple[Validator, ...] = (unreachable_rules, oversized_templates)
"""What they find must be mended, and yet a rulebook that is in use already is loaded."""

WARNING: tuple[Validator, ...] = (unproven_rules,)
"""What they find may be right all the same."""


def examine(source: str) -> tuple[RulebookDocument | None, list[RulebookProblem]]:
    """A rulebook as written, and its problems by line. Without a document there is at least one problem."""
    document = read_document(source)
    if isinstance(document, RulebookProblem):
        return None, [document]
    return document, found_by(REFUSING, document)


def found_by(validators: tuple[Validator, ...], document: RulebookDocument) -> list[RulebookProblem]:
    """What some validators find, in the order of lines; on one line in the order of the validators."""
    problems = [problem for validator in validators for problem in validator(document)]
    return sorted(problems, key=lambda problem: problem.line)
