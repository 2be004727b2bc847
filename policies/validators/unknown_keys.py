"""Keys that mean nothing here, so that whatever stands under them would be ignored."""

from __future__ import annotations

from collections.abc import Iterator

from policies.problems import Problem, did_you_mean, one_of
from policies.source import Block, Document

_ROOT = ("rulebook", "languages", "calendar", "out_of_hours", "rules", "templates")
_RULE = ("name", "state", "when", "then", "because", "owner", "limits", "examples")
_THEN = (
    "action",
    "queue",
    "priority",
    "approval",
    "hide",
    "propose_hide",
    "template",
    "promotion",
    "even_in_crisis",
)
_LIMITS = ("per_day", "expires")
_OUT_OF_HOURS = ("template",)


def find(document: Document) -> Iterator[Problem]:
    """Every key that is not part of the language."""
    yield from unknown(document.root, _ROOT, rule=None)
    yield from unknown(document.root.block("out_of_hours"), _OUT_OF_HOURS, rule=None)
    for rule in document.rules:
        yield from unknown(rule.block, _RULE, rule=rule.name)
        yield from unknown(rule.then, _THEN, rule=rule.name)
        yield from unknown(rule.limits, _LIMITS, rule=rule.name)


def unknown(block: Block | None, known: tuple[str, ...], *, rule: str | None) -> Iterator[Problem]:
    """Every key of a block that is not among the known ones."""
    for entry in block.entries if block is not None else ():
        if entry.key not in known:
            hint = did_you_mean(entry.key, known) or one_of(known)
            yield Problem(line=entry.line, rule=rule, message=f"Unknown key {entry.key[:80]!r}.", hint=hint)
