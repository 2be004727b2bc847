"""Whether an answer needs the person's own account, booking, order or case data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from classifier.terms.phrases import PhraseIndex, fold, phrase_pattern, phrases_at, read_terms

_WEIGHTS = {"certain": 0.85, "likely": 0.6, "hint": 0.3}
"""Probability from one phrase of each list; lists are combined as independent evidence (noisy or)."""
_LOWERING = ("general", "settled")
_LEFT_OVER = 0.4
"""What is left of the chance where the text asks in general, or the matter is over."""


def needs_account_data(text: str) -> float:
    """A chance in [0, 1] that `text` cannot be answered without data that only its author may see.

    From term lists, so that a person can read why: a blocked card, a refund that has not come, a changed
    booking. A quoted or mentioned bank is not enough, nor is a general question, nor thanks.
    """
    folded = fold(text if text.isascii() else unicodedata.normalize("NFKC", text))
    lists = _lists()
    met = {match.group for match in lists.phrases.find(folded)}
    if not met:
        return 0.0
    unlikely = 1.0
    for group in met:
        unlikely *= 1 - _WEIGHTS[group]
    chance = 1 - unlikely
    return chance * _LEFT_OVER if lists.lowering.search(folded) else chance


@dataclass(frozen=True, kw_only=True)
class _AccountLists:
    phrases: PhraseIndex
    lowering: re.Pattern[str]


@cache
def _lists() -> _AccountLists:
    terms = read_terms("account_data")
    return _AccountLists(
        phrases=PhraseIndex({group: phrases_at(terms, group) for group in _WEIGHTS}),
        lowering=re.compile(phrase_pattern([phrase for name in _LOWERING for phrase in phrases_at(terms, name)])),
    )
