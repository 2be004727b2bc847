"""The validators that must find nothing before a rulebook may be used, in their order."""

from __future__ import annotations

from policies.rulebook.problems import RulebookProblem
from policies.rulebook.source import RulebookDocument, read_document
from policies.validators import calendar, conditions, examples, rules, structure, templates
from policies.validators import conditions as literals
from policies.validators import templates as wordings

_VALIDATORS = (
    structure.missing_sections,
    structure.unknown_keys,
    structure.repeated_keys,
    structure.language_problems,
    rules.name_problems,
    rules.outcome_problems,
    conditions.condition_problems,
    literals.literal_problems,
    rules.limit_problems,
    calendar.calendar_problems,
    examples.example_problems,
    templates.template_problems,
    wordings.variant_problems,
)


def examine(source: str) -> tuple[RulebookDocument | None, list[RulebookProblem]]:
    """The rulebook as written, and its problems. Without a document there is at least one problem."""
    document = read_document(source)
    if isinstance(document, RulebookProblem):
        return None, [document]
    problems = [problem for find in _VALIDATORS for problem in find(document)]
    return document, sorted(problems, key=lambda problem: problem.line)
