"""Templates that rules ask for, their languages, and the text of each variant."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from policies.rulebook.problems import RulebookProblem, did_you_mean, one_of
from policies.rulebook.source import RulebookDocument, SourceEntry, standard_templates
from policies.rulebook.templates import (
    ADDRESSES,
    PRIVATE_VARIABLES,
    PUBLIC_VARIABLES,
    Template,
    TemplateVariant,
    is_private,
    placeholders,
    templates_of,
    without_placeholders,
    wordings_of,
)
from records.enums import Action

_SPEAKING = (Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE)
_NEEDED_ASIDE = ("invitation", "closing")
"""Templates that are used after any rule moved a person to a private conversation."""


def template_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
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
                yield RulebookProblem(line=rule.line, rule=rule.name, message=message, hint="Write `template:`.")
            continue
        line = entry.line if entry is not None else rule.line
        yield from _asked_for(name, rule.name, line, own=own, standard=standard, document=document)
    yield from _needed_aside(document, standard)


def variant_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Templates that are no blocks, unknown languages and forms of address, empty texts, unknown variables."""
    for template in document.templates.entries if document.templates else ():
        yield from _shape(template, document.languages)
        for wording in wordings_of(template):
            yield from _text(template.key, wording)


def _out_of_hours(
    document: RulebookDocument, *, own: dict[str, Template], standard: dict[str, Template]
) -> Iterator[RulebookProblem]:
    entry = document.root.entry("out_of_hours")
    if entry is None:
        return
    named = entry.block.entry("template") if entry.block is not None else None
    name = (named.text or "").strip() if named is not None else ""
    if named is None or not name:
        message, hint = "`out_of_hours` names no template.", "Write `out_of_hours: {template: ...}`."
        yield RulebookProblem(line=entry.line, rule=None, message=message, hint=hint)
        return
    yield from _asked_for(name, None, named.line, own=own, standard=standard, document=document)


def _asked_for(
    name: str,
    rule: str | None,
    line: int,
    *,
    own: dict[str, Template],
    standard: dict[str, Template],
    document: RulebookDocument,
) -> Iterator[RulebookProblem]:
    if name not in own and name not in standard:
        hint = did_you_mean(name, [*own, *standard]) or "Write it under `templates:`."
        yield RulebookProblem(line=line, rule=rule, message=f"There is no template {name[:80]!r}.", hint=hint)
        return
    if is_private(name):
        message = f"The template {name!r} is for private messages; a rule names what is said in public."
        yield RulebookProblem(line=line, rule=rule, message=message, hint="Name a public template, such as `aside`.")
    for language in _lacking(standard[name], document) if name in standard else ():
        yield _lacks(name, language, line=line, rule=rule)


def _needed_aside(document: RulebookDocument, standard: dict[str, Template]) -> Iterator[RulebookProblem]:
    mover = next(
        (rule for rule in document.rules if rule.then and rule.then.text("action") == Action.MOVE_PRIVATE), None
    )
    if mover is None:
        return
    for name in _NEEDED_ASIDE:
        for language in _lacking(standard[name], document) if name in standard else ():
            yield _lacks(name, language, line=mover.line, rule=mover.name)


def _lacking(template: Template, document: RulebookDocument) -> list[str]:
    return [
        language
        for language in document.languages
        if not all(template.variants(language=language, address=address) for address in ("tu", "usted"))
    ]


def _lacks(name: str, language: str, *, line: int, rule: str | None) -> RulebookProblem:
    return RulebookProblem(
        line=line,
        rule=rule,
        message=f"The template {name[:80]!r} is not written in {language} for both forms of address.",
        hint=f"Write it under `templates:` as `{name[:80]}: {{{language}: ...}}`, or with `tu:` and `usted:`.",
    )


def _shape(template: SourceEntry, languages: tuple[str, ...]) -> Iterator[RulebookProblem]:
    where = f"The template {template.key[:80]!r}"
    if template.block is None:
        hint = f"Write `{template.key[:80]}: {{es: ..., en: ...}}`."
        yield RulebookProblem(line=template.line, rule=None, message=f"{where} has no languages.", hint=hint)
        return
    for language in template.block.entries:
        if language.key not in languages:
            message = f"{where} is written in {language.key[:80]!r}, which the rulebook does not speak."
            yield RulebookProblem(
                line=language.line, rule=None, message=message, hint="Add it to `languages:` or remove it."
            )
        for address in language.block.entries if language.block is not None else (language,):
            if language.block is not None and address.key not in ADDRESSES:
                message = f"{where} has an unknown form of address {address.key[:80]!r}."
                yield RulebookProblem(line=address.line, rule=None, message=message, hint=one_of(ADDRESSES))
            if not _is_text_or_texts(address):
                message = f"{where} is neither a text nor a list of texts here."
                yield RulebookProblem(line=address.line, rule=None, message=message)


def _is_text_or_texts(entry: SourceEntry) -> bool:
    if isinstance(entry.node, yaml.SequenceNode):
        return bool(entry.node.value) and all(isinstance(item, yaml.ScalarNode) for item in entry.node.value)
    return entry.text is not None


def _text(template: str, wording: TemplateVariant) -> Iterator[RulebookProblem]:
    where = f"The template {template[:80]!r}"
    if not wording.text:
        yield RulebookProblem(line=wording.line, rule=None, message=f"{where} is empty in {wording.language[:80]}.")
    if set(without_placeholders(wording.text)) & {"{", "}"}:
        message = f"{where} has a brace without its partner."
        yield RulebookProblem(line=wording.line, rule=None, message=message, hint="Write variables as {greeting}.")
    known = PRIVATE_VARIABLES if is_private(template) else PUBLIC_VARIABLES
    for name in placeholders(wording.text):
        if name in known:
            continue
        if name in PRIVATE_VARIABLES:
            message = f"{where} is public and may not hold {{{name}}}."
            hint = "Only `invitation` and `invitation-...` are private."
        else:
            message = f"{where} has an unknown variable {{{name[:80]}}}."
            hint = did_you_mean(name, known) or one_of(known)
        yield RulebookProblem(line=wording.line, rule=None, message=message, hint=hint)
