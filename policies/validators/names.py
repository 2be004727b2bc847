"""Names of rules: stored with every decision, so each must be there, be unlike the others, and be readable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.problems import Problem
from policies.source import Document

RESERVED = ("no-rule", "unsure", "error")
"""Verdicts that no rule gave are stored under these names."""

_READABLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def find(document: Document) -> Iterator[Problem]:
    """Missing, repeated, reserved and unreadable names."""
    first: dict[str, int] = {}
    for rule in document.rules:
        name = rule.block.text("name")
        problem = _wrong(name, first)
        if problem is not None:
            yield Problem(line=rule.line, rule=rule.name, message=problem[0], hint=problem[1])
        if name:
            first.setdefault(name, rule.line)


def _wrong(name: str | None, first: dict[str, int]) -> tuple[str, str] | None:
    if not name:
        return "The rule has no name.", "Write `name:`."
    if name in first:
        return f"Another rule of this name stands on line {first[name]}.", "Give each rule a name of its own."
    if name in RESERVED:
        return f"The name {name!r} is kept for decisions that no rule made.", "Choose another name."
    if len(name) > 80 or not _READABLE.fullmatch(name):
        return f"The name {name[:80]!r} cannot be used.", "Write small letters, digits and single hyphens."
    return None
