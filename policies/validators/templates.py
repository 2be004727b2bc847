"""Templates that rules ask for, and the languages they are written in."""

from __future__ import annotations

from collections.abc import Iterator

from policies.problems import Problem, did_you_mean
from policies.shipped import standard_templates
from policies.source import Document
from policies.templates import Template, is_private, templates_of
from records.words import Action

_SPEAKING = (Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE)
_NEEDED_ASIDE = ("invitation", "closing")
"""What is said after a person was moved aside, whichever rule did it."""


def find(document: Document) -> Iterator[Problem]:
    """Rules without a template or with one that does not exist, and templates that lack a language."""
    own = templates_of(document.templates)
    standard = {name: template for name, template in templates_of(standard_templates()).items() if name not in own}
    for written in document.templates.entries if document.templates else ():
        for language in _lacking(own[written.key], document):
            yield _lacks(written.key, language, line=written.line, rule=None)
    yield from _out_of_hours(document, own=own, standard=standard)
    for rule in document.rules:
        action = rule.then.text("action") if rule.then is not None else None
        entry = rule.then.entry("template") if rule.then is not None else None
        name = (entry.text or "").strip() if entry is not None else None
        if not name:
            if action in _SPEAKING:
                message = f"The action {action} says something, but names no template."
                yield Problem(line=rule.line, rule=rule.name, message=message, hint="Write `template:`.")
            continue
        line = entry.line if entry is not None else rule.line
        yield from _asked_for(name, rule.name, line, own=own, standard=standard, document=document)
    yield from _needed_aside(document, standard)


def _out_of_hours(document: Document, *, own: dict[str, Template], standard: dict[str, Template]) -> Iterator[Problem]:
    entry = document.root.entry("out_of_hours")
    if entry is None:
        return
    named = entry.block.entry("template") if entry.block is not None else None
    name = (named.text or "").strip() if named is not None else ""
    if named is None or not name:
        message, hint = "`out_of_hours` names no template.", "Write `out_of_hours: {template: ...}`."
        yield Problem(line=entry.line, rule=None, message=message, hint=hint)
        return
    yield from _asked_for(name, None, named.line, own=own, standard=standard, document=document)


def _asked_for(
    name: str,
    rule: str | None,
    line: int,
    *,
    own: dict[str, Template],
    standard: dict[str, Template],
    document: Document,
) -> Iterator[Problem]:
    if name not in own and name not in standard:
        hint = did_you_mean(name, [*own, *standard]) or "Write it under `templates:`."
        yield Problem(line=line, rule=rule, message=f"There is no template {name[:80]!r}.", hint=hint)
        return
    if is_private(name):
        message = f"The template {name!r} is for private messages; a rule names what is said in public."
        yield Problem(line=line, rule=rule, message=message, hint="Name a public template, such as `aside`.")
    for language in _lacking(standard[name], document) if name in standard else ():
        yield _lacks(name, language, line=line, rule=rule)


def _needed_aside(document: Document, standard: dict[str, Template]) -> Iterator[Problem]:
    mover = next(
        (rule for rule in document.rules if rule.then and rule.then.text("action") == Action.MOVE_PRIVATE), None
    )
    if mover is None:
        return
    for name in _NEEDED_ASIDE:
        for language in _lacking(standard[name], document) if name in standard else ():
            yield _lacks(name, language, line=mover.line, rule=mover.name)


def _lacking(template: Template, document: Document) -> list[str]:
    return [
        language
        for language in document.languages
        if not all(template.variants(language=language, address=address) for address in ("tu", "usted"))
    ]


def _lacks(name: str, language: str, *, line: int, rule: str | None) -> Problem:
    return Problem(
        line=line,
        rule=rule,
        message=f"The template {name[:80]!r} is not written in {language} for both forms of address.",
        hint=f"Write it under `templates:` as `{name[:80]}: {{{language}: ...}}`, or with `tu:` and `usted:`.",
    )
