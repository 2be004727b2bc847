"""Signals: terms in a text that a person should see at once, whatever the models say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from classifier.terms.phrases import PhraseIndex, PhraseMatch, fold, phrase_pattern, phrases_at, read_terms

NAMES = (
    *("fraud", "danger", "assistance", "minor", "bereavement", "disability"),
    *("legal", "press", "employee", "impostor", "incident"),
)
_WEAK = "_weak"
_CONTEXT = "_context"
_UNLESS = "_unless"
_NEAR = 60
"""Characters around a phrase in which its exceptions are looked for."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One signal and the words that raised it, without gaps and digits."""

    name: str
    evidence: str


def find_signals(text: str) -> tuple[Signal, ...]:
    """The signals in `text`, at most one a name, in the order of `NAMES`. Case and accents do not matter.

    A phrase raises its signal unless an exception is near it; a weak phrase only where its context is
    somewhere in the text.
    """
    folded = fold(text if text.isascii() else unicodedata.normalize("NFKC", text))
    lists = _lists()
    found: dict[str, str] = {}
    for match in lists.phrases.find(folded):
        name = match.group.removesuffix(_WEAK)
        if name not in found and lists.counts(match, folded):
            found[name] = match.words
    if not found:
        return ()
    return tuple(Signal(name=name, evidence=found[name]) for name in NAMES if name in found)


@dataclass(frozen=True, kw_only=True)
class _SignalLists:
    phrases: PhraseIndex
    contexts: dict[str, re.Pattern[str]]
    exceptions: dict[str, re.Pattern[str]]

    def counts(self, match: PhraseMatch, folded: str) -> bool:
        """Whether the phrase counts: no exception near it, and its context in the text where it is weak."""
        name = match.group.removesuffix(_WEAK)
        exception = self.exceptions.get(name)
        if exception is not None and exception.search(folded, max(0, match.start - _NEAR), match.end + _NEAR):
            return False
        return match.group == name or self.contexts[name].search(folded) is not None


@cache
def _lists() -> _SignalLists:
    terms = read_terms("signals")
    unknown = set(terms) - {f"{name}{kind}" for name in NAMES for kind in ("", _WEAK, _CONTEXT, _UNLESS)}
    if unknown:
        raise ValueError(
            f"signals.yaml knows no {', '.join(sorted(unknown))}; use {', '.join(NAMES)}, alone or "
            f"with {_WEAK}, {_CONTEXT} or {_UNLESS}."
        )
    weak = {f"{name}{_WEAK}": phrases_at(terms, f"{name}{_WEAK}") for name in NAMES}
    without = [name for name, listed in weak.items() if listed and f"{name.removesuffix(_WEAK)}{_CONTEXT}" not in terms]
    if without:
        raise ValueError(f"signals.yaml has {', '.join(without)} without its {_CONTEXT}; write the list beside it.")
    return _SignalLists(
        phrases=PhraseIndex({name: phrases_at(terms, name) for name in NAMES} | weak),
        contexts=_patterns(terms, _CONTEXT),
        exceptions=_patterns(terms, _UNLESS),
    )


def _patterns(terms: dict[str, object], kind: str) -> dict[str, re.Pattern[str]]:
    listed = {name: phrases_at(terms, f"{name}{kind}") for name in NAMES}
    return {name: re.compile(phrase_pattern(phrases)) for name, phrases in listed.items() if phrases}
