"""Keys written twice in one block, of which YAML would silently keep one."""

from __future__ import annotations

from collections.abc import Iterator

from policies.problems import Problem
from policies.source import Block, Document


def find(document: Document) -> Iterator[Problem]:
    """Every key that repeats an earlier one of its block; those of examples and holidays are looked at with them."""
    yield from repeated(document.root, rule=None)
    yield from repeated(document.root.block("calendar"), rule=None)
    yield from repeated(document.root.block("out_of_hours"), rule=None)
    for rule in document.rules:
        for block in (rule.block, rule.then, rule.limits):
            yield from repeated(block, rule=rule.name)
    yield from repeated(document.templates, rule=None)
    for template in document.templates.entries if document.templates else ():
        yield from repeated(template.block, rule=None)
        for language in template.block.entries if template.block else ():
            yield from repeated(language.block, rule=None)


def repeated(block: Block | None, *, rule: str | None) -> Iterator[Problem]:
    """Every key that repeats an earlier one of the block."""
    first: dict[str, int] = {}
    for entry in block.entries if block is not None else ():
        if entry.key in first:
            message = f"The key {entry.key[:80]!r} is written twice; it stands on line {first[entry.key]} already."
            yield Problem(line=entry.line, rule=rule, message=message, hint="Keep one of them.")
        first.setdefault(entry.key, entry.line)
