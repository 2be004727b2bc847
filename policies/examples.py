"""Examples that a rule carries: a text, what is known about it, and whether the rule decides then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from policies.source import Block, Entry, block_of
from policies.vocabulary import VOCABULARY, Declared, FactType
from policies.words import YES
from records.nouns import FactValue

_WHOLE = re.compile(r"[-+]?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Example:
    """One text for which a rule decides, or on purpose does not."""

    text: str
    lang: str
    """ISO 639-1, or `und`; stands for the fact `language` where the example does not give it."""
    facts: Mapping[str, FactValue] | None
    """What differs from the defaults of the vocabulary; None where only the text was given."""
    decides: bool
    """False for a text that another rule decides."""
    line: int


def examples_of(block: Block) -> tuple[Example, ...]:
    """The examples of a rule; what cannot be read in them is left out."""
    entry = block.entry("examples")
    items = entry.items if entry is not None else ()
    return tuple(_example(item, written) for item in items if (written := block_of(item.node)) is not None)


def fact_value(entry: Entry, declared: Declared) -> FactValue | None:
    """A fact's value as written; None where it is not of its type. Whether a rule may read it is not asked here."""
    text = entry.text
    if text is None:
        return None
    if declared.type is FactType.BOOL:
        return _BOOLS.get(text.strip())
    if declared.type is FactType.INT:
        return int(text) if _WHOLE.fullmatch(text.strip()) else None
    if declared.type is FactType.DOUBLE:
        return float(text) if _DECIMAL.fullmatch(text.strip()) else None
    return text


def _example(item: Entry, block: Block) -> Example:
    facts = block.block("facts")
    return Example(
        text=block.text("text") or "",
        lang=block.text("lang") or "",
        facts=_facts(facts) if facts is not None else None,
        decides=block.text("not") != YES,
        line=item.line,
    )


def _facts(block: Block) -> dict[str, FactValue]:
    known = [entry for entry in block.entries if entry.key in VOCABULARY]
    values = {entry.key: fact_value(entry, VOCABULARY[entry.key]) for entry in known}
    return {name: value for name, value in values.items() if value is not None}
