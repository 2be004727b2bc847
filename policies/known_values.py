"""Values read in a customer record or a room, tracked into outgoing texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from policies.disguises import comparison_form, unfolded

_SHORTEST = 3
_SHORTEST_INSIDE = 6
"""Characters from which a value is looked for inside other words too; shorter ones are compared word by word."""
_NUMBER_LENGTH = 8
_LAST_DIGITS = 4
_MOST_WORDS = 8
_WORD = re.compile(r"\w+")


def repeats_known_value(text: str, *, known_values: Sequence[str], published: Sequence[str]) -> bool:
    """Whether `text` repeats one of `known_values`, however spelled, that the person has not published themself.

    Compared after folding case, accents, spaces, punctuation, invisible and look-alike characters, and digits
    spelled out in Spanish or English. Of a name any two neighbouring words count, of a long number its last four
    digits too. Values under three letters or digits cannot be told from ordinary words and are not looked for.
    """
    if not known_values:
        return False
    said = _Said(text)
    told = [_Said(one) for one in published]
    return any(
        said.holds(trace) and not any(one.holds(trace) for one in told)
        for value in known_values
        for trace in _traces(value)
    )


class _Said:
    """A text made ready for comparison, in whole and by words."""

    def __init__(self, text: str) -> None:
        plain = unfolded(text)
        self._whole = comparison_form(text) + "\n" + comparison_form(plain)
        words = [comparison_form(word) for word in _WORD.findall(text) + _WORD.findall(plain)]
        self._words = frozenset(words)
        self._rows = frozenset(
            "".join(words[start : start + length]) for length in range(2, 5) for start in range(len(words) - length + 1)
        )

    def holds(self, trace: str) -> bool:
        if len(trace) >= _SHORTEST_INSIDE:
            return trace in self._whole
        return trace in self._words or trace in self._rows


def _traces(value: str) -> Iterator[str]:
    """What of a value gives it away."""
    whole = comparison_form(unfolded(value))
    if len(whole) < _SHORTEST:
        return
    yield whole
    if whole.isdigit() and len(whole) >= _NUMBER_LENGTH:
        yield whole[-_LAST_DIGITS:]
    words = [comparison_form(word) for word in _WORD.findall(value)][:_MOST_WORDS]
    if len(words) > 2 and all(word.isalpha() for word in words):
        yield from (first + second for first, second in pairwise(words) if len(first + second) > 7)
