"""Missing sections, unknown and repeated keys, and the languages of a rulebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from policies.rulebook.problems import RulebookProblem, did_you_mean, one_of
from policies.rulebook.source import RulebookDocument, SourceBlock, WrittenRule

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
_ISO_639_1 = re.compile(r"[a-z]{2}")


def missing_sections(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Missing rules, and rules without condition, outcome, state or reason."""
    rules = document.root.entry("rules")
    if rules is None or not isinstance(rules.node, yaml.SequenceNode) or not rules.node.value:
        line = rules.line if rules is not None else document.root.line
        yield RulebookProblem(
            line=line, rule=None, message="The rulebook has no rules.", hint="Write a list under `rules:`."
        )
    templates = document.root.entry("templates")
    if templates is not None and templates.block is None:
        yield RulebookProblem(line=templates.line, rule=None, message="`templates` is not a block of names.")
    for rule in document.rules:
        yield from _in_rule(rule)


def unknown_keys(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Every key that is not part of the language."""
    yield from unknown_keys_of(document.root, _ROOT, rule=None)
    yield from unknown_keys_of(document.root.block("out_of_hours"), _OUT_OF_HOURS, rule=None)
    for rule in document.rules:
        yield from unknown_keys_of(rule.block, _RULE, rule=rule.name)
        yield from unknown_keys_of(rule.then, _THEN, rule=rule.name)
        yield from unknown_keys_of(rule.limits, _LIMITS, rule=rule.name)


def repeated_keys(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Every key that repeats an earlier one of its block; those of examples and holidays are looked at with them."""
    yield from repeated_keys_of(document.root, rule=None)
    yield from repeated_keys_of(document.root.block("calendar"), rule=None)
    yield from repeated_keys_of(document.root.block("out_of_hours"), rule=None)
    for rule in document.rules:
        for block in (rule.block, rule.then, rule.limits):
            yield from repeated_keys_of(block, rule=rule.name)
    yield from repeated_keys_of(document.templates, rule=None)
    for template in document.templates.entries if document.templates else ():
        yield from repeated_keys_of(template.block, rule=None)
        for language in template.block.entries if template.block else ():
            yield from repeated_keys_of(language.block, rule=None)


def language_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """A rulebook without languages, and languages that are no ISO 639-1 codes."""
    entry = document.root.entry("languages")
    line = entry.line if entry is not None else document.root.line
    if not document.languages:
        yield RulebookProblem(
            line=line, rule=None, message="The rulebook names no languages.", hint="Write `languages: [es, en]`."
        )
    for language in document.languages:
        if not _ISO_639_1.fullmatch(language):
            message = f"{language[:80]!r} is not a language code."
            yield RulebookProblem(line=line, rule=None, message=message, hint="Write two letters, such as es or en.")


def unknown_keys_of(
    block: SourceBlock | None, known: tuple[str, ...], *, rule: str | None
) -> Iterator[RulebookProblem]:
    """Every key of a block that is not among the known ones."""
    for entry in block.entries if block is not None else ():
        if entry.key not in known:
            hint = did_you_mean(entry.key, known) or one_of(known)
            yield RulebookProblem(line=entry.line, rule=rule, message=f"Unknown key {entry.key[:80]!r}.", hint=hint)


def repeated_keys_of(block: SourceBlock | None, *, rule: str | None) -> Iterator[RulebookProblem]:
    """Every key that repeats an earlier one of the block."""
    first: dict[str, int] = {}
    for entry in block.entries if block is not None else ():
        if entry.key in first:
            message = f"The key {entry.key[:80]!r} is written twice; it stands on line {first[entry.key]} already."
            yield RulebookProblem(line=entry.line, rule=rule, message=message, hint="Keep one of them.")
        first.setdefault(entry.key, entry.line)


def _in_rule(rule: WrittenRule) -> Iterator[RulebookProblem]:
    if not rule.block.text("because"):
        yield RulebookProblem(
            line=rule.line,
            rule=rule.name,
            message="The rule does not say why.",
            hint="Write `because:` with one sentence that an agent and an auditor understand.",
        )
    condition = rule.block.entry("when")
    if not rule.block.text("when") and not (condition is not None and condition.is_tagged):
        yield RulebookProblem(
            line=rule.line, rule=rule.name, message="The rule has no condition.", hint="Write `when:`."
        )
    if rule.then is None:
        yield RulebookProblem(
            line=rule.line, rule=rule.name, message="The rule has no outcome.", hint="Write `then: {action: ...}`."
        )
    if rule.block.entry("limits") is not None and rule.limits is None:
        yield RulebookProblem(
            line=rule.line, rule=rule.name, message="`limits` is not a block.", hint="Write `limits: {per_day: 200}`."
        )
