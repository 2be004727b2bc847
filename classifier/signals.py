"""Signals: words in a text that a person should see at once, whatever the models say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from classifier.folding import fold
from classifier.phrases import PhraseIndex, PhraseMatch, phrase_pattern, phrases_at, read_terms

NAMES = ("fraud", "danger", "assistance", "minor", "bereavement", "legal", "press", "impostor", "incident")
_NEAR = 60
"""Characters around a phrase in which its exceptions are looked for."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One signal and the words that raised it, without gaps and digits."""

    name: str
    evidence: str


def find_signals(text: str) -> tuple[Signal, ...]:
    """The signals in `text`, at most one a name, in the order of `NAMES`. Case and accents do not matter."""
    folded = fold(text if text.isascii() else unicodedata.normalize("NFKC", text))
    lists = _lists()
    found: dict[str, str] = {}
    for match in lists.phrases.find(folded):
        if match.group not in found and not lists.is_excepted(match, folded):
            found[match.group] = match.words
    if not found:
        return ()
    return tuple(Signal(name=name, evidence=found[name]) for name in NAMES if name in found)


@dataclass(frozen=True, kw_only=True)
class _SignalLists:
    phrases: PhraseIndex
    exceptions: dict[str, re.Pattern[str]]

    def is_excepted(self, match: PhraseMatch, folded: str) -> bool:
        """Whether words near the phrase turn it into a figure of speech or another matter."""
        exception = self.exceptions.get(match.group)
        if exception is None:
            return False
        return exception.search(folded, max(0, match.start - _NEAR), match.end + _NEAR) is not None


@cache
def _lists() -> _SignalLists:
    terms = read_terms("signals")
    unknown = set(terms) - {*NAMES, *(f"{name}_unless" for name in NAMES)}
    if unknown:
        raise ValueError(
            f"signals.yaml knows no {', '.join(sorted(unknown))}; use {', '.join(NAMES)} or <name>_unless."
        )
    exceptions = {name: phrases_at(terms, f"{name}_unless") for name in NAMES}
    return _SignalLists(
        phrases=PhraseIndex({name: phrases_at(terms, name) for name in NAMES}),
        exceptions={name: re.compile(phrase_pattern(listed)) for name, listed in exceptions.items() if listed},
    )
