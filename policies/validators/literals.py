"""Texts that a fact can never have, so that the comparison would silently be false for ever."""

from __future__ import annotations

from collections.abc import Iterator

from policies.problems import Problem, did_you_mean, one_of
from policies.source import Document, WrittenRule
from policies.tokens import comparisons
from policies.vocabulary import VOCABULARY

_ENUMERATED = frozenset(name for name, fact in VOCABULARY.items() if fact.words)


def find(document: Document) -> Iterator[Problem]:
    """Literals outside the vocabulary of the fact they are compared with."""
    for rule in document.rules:
        yield from in_rule(rule)


def in_rule(rule: WrittenRule) -> Iterator[Problem]:
    """Those in the condition of one rule."""
    entry = rule.block.entry("when")
    source = rule.block.text("when") or ""
    for comparison in comparisons(source, known=_ENUMERATED):
        words = VOCABULARY[comparison.fact].words
        if entry is None or comparison.literal in words:
            continue
        yield Problem(
            line=entry.text_line + source.count("\n", 0, comparison.offset),
            rule=rule.name,
            message=f"`{comparison.fact}` is never {comparison.literal[:80]!r}.",
            hint=f"{did_you_mean(comparison.literal, words)} {one_of(words)}".strip(),
        )
