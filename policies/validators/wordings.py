"""The wordings of a rulebook's own templates."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from policies.problems import Problem, did_you_mean, one_of
from policies.source import Document, Entry
from policies.templates import (
    ADDRESSES,
    PRIVATE_VARIABLES,
    PUBLIC_VARIABLES,
    Wording,
    is_private,
    placeholders,
    without_placeholders,
    wordings_of,
)


def find(document: Document) -> Iterator[Problem]:
    """Templates that are no blocks, unknown languages and forms of address, empty texts, unknown variables."""
    for template in document.templates.entries if document.templates else ():
        yield from _shape(template, document.languages)
        for wording in wordings_of(template):
            yield from _text(template.key, wording)


def _shape(template: Entry, languages: tuple[str, ...]) -> Iterator[Problem]:
    where = f"The template {template.key[:80]!r}"
    if template.block is None:
        hint = f"Write `{template.key[:80]}: {{es: ..., en: ...}}`."
        yield Problem(line=template.line, rule=None, message=f"{where} has no languages.", hint=hint)
        return
    for language in template.block.entries:
        if language.key not in languages:
            message = f"{where} is written in {language.key[:80]!r}, which the rulebook does not speak."
            yield Problem(line=language.line, rule=None, message=message, hint="Add it to `languages:` or remove it.")
        for address in language.block.entries if language.block is not None else (language,):
            if language.block is not None and address.key not in ADDRESSES:
                message = f"{where} has an unknown form of address {address.key[:80]!r}."
                yield Problem(line=address.line, rule=None, message=message, hint=one_of(ADDRESSES))
            if not _is_text_or_texts(address):
                message = f"{where} is neither a text nor a list of texts here."
                yield Problem(line=address.line, rule=None, message=message)


def _is_text_or_texts(entry: Entry) -> bool:
    if isinstance(entry.node, yaml.SequenceNode):
        return bool(entry.node.value) and all(isinstance(item, yaml.ScalarNode) for item in entry.node.value)
    return entry.text is not None


def _text(template: str, wording: Wording) -> Iterator[Problem]:
    where = f"The template {template[:80]!r}"
    if not wording.text:
        yield Problem(line=wording.line, rule=None, message=f"{where} is empty in {wording.language[:80]}.")
    if set(without_placeholders(wording.text)) & {"{", "}"}:
        message = f"{where} has a brace without its partner."
        yield Problem(line=wording.line, rule=None, message=message, hint="Write variables as {greeting}.")
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
        yield Problem(line=wording.line, rule=None, message=message, hint=hint)
