"""Templates: what may be said, by language, form of address and variant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from policies.source import Block, Entry, block_of

ADDRESSES = ("tu", "usted")
EITHER_ADDRESS = ""
"""Stands where a wording serves both forms of address."""
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


@dataclass(frozen=True, kw_only=True)
class Template:
    """One thing that may be said, in every wording it has."""

    name: str
    wordings: Mapping[tuple[str, str], tuple[str, ...]]
    """Variants by language and form of address."""

    def variants(self, *, language: str, address: str) -> tuple[str, ...]:
        """The variants in a language, for that form of address where the language tells them apart; or none."""
        return self.wordings.get((language, address)) or self.wordings.get((language, EITHER_ADDRESS), ())


@dataclass(frozen=True, kw_only=True)
class Wording:
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


def templates_of(block: Block | None) -> dict[str, Template]:
    """The templates of a block that was found to be without problems."""
    if block is None:
        return {}
    return {entry.key: _template(entry) for entry in block.entries}


def wordings_of(entry: Entry) -> list[Wording]:
    """Every variant of one template that can be read; what cannot be read is left out."""
    found: list[Wording] = []
    for language in entry.block.entries if entry.block else ():
        by_address = language.block
        if by_address is None:
            found += _variants(language, language=language.key, address=EITHER_ADDRESS)
            continue
        for address in by_address.entries:
            found += _variants(address, language=language.key, address=address.key)
    return found


def _template(entry: Entry) -> Template:
    wordings: dict[tuple[str, str], tuple[str, ...]] = {}
    for wording in wordings_of(entry):
        key = (wording.language, wording.address)
        wordings[key] = (*wordings.get(key, ()), wording.text)
    return Template(name=entry.key, wordings=wordings)


def _variants(entry: Entry, *, language: str, address: str) -> list[Wording]:
    nodes = entry.node.value if isinstance(entry.node, yaml.SequenceNode) else [entry.node]
    return [
        Wording(language=language, address=address, line=node.start_mark.line + 1, text=_in_one_line(node.value))
        for node in nodes
        if isinstance(node, yaml.ScalarNode) and block_of(node) is None
    ]


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
