"""Templates by language, form of address and variant, and filling in their variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from policies.rulebook.source import SourceBlock, SourceEntry, block_of

ADDRESSES = ("tu", "usted")
EITHER_ADDRESS = ""
"""The form of address of a wording that serves both."""
PUBLIC_VARIABLES = (
    "greeting",
    "handle",
    "brand",
    "compose_link",
    "signature",
    "phone",
    "emergency_phone",
    "opens",
)
PRIVATE_VARIABLES = (*PUBLIC_VARIABLES, "room_link", "room_code", "room_address", "reference", "expires")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ROOM_LINK = "room_link"
"""Filled in memory, at the send boundary, after the outbox and the log."""
_BRACED = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template in all its wordings."""

    name: str
    wordings: Mapping[tuple[str, str], tuple[str, ...]]
    """Variants by language and form of address."""

    def variants(self, *, language: str, address: str) -> tuple[str, ...]:
        """The variants in a language, for that form of address where the language tells them apart; or none."""
        return self.wordings.get((language, address)) or self.wordings.get((language, EITHER_ADDRESS), ())


@dataclass(frozen=True, kw_only=True)
class TemplateVariant:
    """One variant as written, with its place."""

    language: str
    address: str
    line: int
    text: str


def is_private(name: str) -> bool:
    """True for a template that is only ever sent as a private message: `invitation`, or `invitation-...`."""
    return name == "invitation" or name.startswith("invitation-")


def placeholders(text: str) -> tuple[str, ...]:
    """The names between braces, in order."""
    return tuple(_PLACEHOLDER.findall(text))


def without_placeholders(text: str) -> str:
    """What is left of a text when its variables are taken out."""
    return _PLACEHOLDER.sub("", text)


def templates_of(block: SourceBlock | None) -> dict[str, Template]:
    """The templates of a block that was found to be without problems."""
    if block is None:
        return {}
    return {entry.key: _template(entry) for entry in block.entries}


def wordings_of(entry: SourceEntry) -> list[TemplateVariant]:
    """Every variant of one template that can be read; what cannot be read is left out."""
    found: list[TemplateVariant] = []
    for language in entry.block.entries if entry.block else ():
        by_address = language.block
        if by_address is None:
            found += _variants(language, language=language.key, address=EITHER_ADDRESS)
            continue
        for address in by_address.entries:
            found += _variants(address, language=language.key, address=address.key)
    return found


def _template(entry: SourceEntry) -> Template:
    wordings: dict[tuple[str, str], tuple[str, ...]] = {}
    for wording in wordings_of(entry):
        key = (wording.language, wording.address)
        wordings[key] = (*wordings.get(key, ()), wording.text)
    return Template(name=entry.key, wordings=wordings)


def _variants(entry: SourceEntry, *, language: str, address: str) -> list[TemplateVariant]:
    nodes = entry.node.value if isinstance(entry.node, yaml.SequenceNode) else [entry.node]
    return [
        TemplateVariant(
            language=language, address=address, line=node.start_mark.line + 1, text=_in_one_line(node.value)
        )
        for node in nodes
        if isinstance(node, yaml.ScalarNode) and block_of(node) is None
    ]


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


class TemplateError(ValueError):
    """A template holds a placeholder that is not permitted; the message says what to do."""


def render(template: str, *, variables: Mapping[str, str]) -> str:
    """`template` with each `{name}` replaced by its variable; values are put in as they are, never read again.

    `{room_link}` stays as it stands unless it is given. Raises TemplateError for a name that is not declared,
    for doubled or stray braces and for anything in braces but a name: no format, no attribute, no index.
    """
    return _BRACED.sub(lambda met: _value(met, variables), template)


def _value(met: re.Match[str], variables: Mapping[str, str]) -> str:
    name = met.group(1)
    if name is None:
        raise TemplateError(f"The template has a stray {met.group()!r}; write placeholders as {{name}}.")
    if _NAME.fullmatch(name) is None:
        raise TemplateError(f"The template has {{{name}}}, which is not a plain name; write placeholders as {{name}}.")
    if name in variables:
        return variables[name]
    if name == ROOM_LINK:
        return met.group()
    known = ", ".join(sorted(variables)) or "none"
    raise TemplateError(f"The template asks for {{{name}}}, which is not declared; use one of: {known}.")
