"""Reads a rulebook and finds what keeps it from being used: every problem at once, in the order of its lines."""

from __future__ import annotations

from policies.problems import Problem
from policies.source import Document, read_document
from policies.validators import (
    calendars,
    conditions,
    examples,
    languages,
    limits,
    literals,
    names,
    outcomes,
    repeated_keys,
    sections,
    templates,
    unknown_keys,
    wordings,
)

_VALIDATORS = (
    sections.find,
    unknown_keys.find,
    repeated_keys.find,
    languages.find,
    names.find,
    outcomes.find,
    conditions.find,
    literals.find,
    limits.find,
    calendars.find,
    examples.find,
    templates.find,
    wordings.find,
)


def examine(source: str) -> tuple[Document | None, list[Problem]]:
    """The rulebook as written, and its problems. Without a document there is at least one problem."""
    document = read_document(source)
    if isinstance(document, Problem):
        return None, [document]
    problems = [problem for find in _VALIDATORS for problem in find(document)]
    return document, sorted(problems, key=lambda problem: problem.line)
