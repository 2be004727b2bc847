"""Words of which some signs are hidden, as if that made them anonymous: `Mon*ada`, `REF8•356K`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

_MASK = "*•#_●▪■█◦○?·~^"
_HIDES = re.compile(rf"[{re.escape(_MASK)}x]")
_BETWEEN_CAPITALS = re.compile(rf"(?<=[A-Z0-9])[{re.escape(_MASK)}](?=[A-Z0-9])")
_LETTER_MASK = "x"
_SHORTEST_WITH_LETTER = 6
_SHOWN_WHOLE, _SHOWN_PART = 3, 5
"""Signs that must show where a whole value, or a part of one, is masked."""
_MOST_WORDS, _LONGEST = 50, 60


@dataclass(frozen=True, kw_only=True)
class Masked:
    """A word with hidden signs: what it may stand for, and how many of its signs show."""

    pattern: re.Pattern[str]
    shown: int

    def hides(self, form: str) -> bool:
        """Whether the word is `form`, or shows five signs and more of a part of it."""
        if self.shown >= _SHOWN_PART and self.pattern.search(form):
            return True
        return self.pattern.fullmatch(form) is not None


def masked_words(text: str) -> Sequence[Masked]:
    """The words of a flattened text of which some signs, fewer than half, are hidden; an `x` may hide one, too."""
    found = []
    words = (word for word in text.split() if len(word) <= _LONGEST and _HIDES.search(word))
    for word in islice(words, _MOST_WORDS):
        signs = [sign for sign in word if sign.isalnum() or sign in _MASK]
        shown = sum(sign not in _MASK and sign != _LETTER_MASK for sign in signs)
        if _hides_something(signs) and shown >= _SHOWN_WHOLE and shown * 2 >= len(signs):
            pattern = "".join(".?" if _HIDES.fullmatch(sign) else re.escape(sign) for sign in signs)
            found.append(Masked(pattern=re.compile(pattern), shown=shown))
    return tuple(found)


def with_masks_as_digits(text: str) -> str:
    """A plain text in which a sign hidden between capitals or digits is a digit."""
    return _BETWEEN_CAPITALS.sub("0", text)


def _hides_something(signs: Sequence[str]) -> bool:
    """Whether one of the signs hides another; an `x` does in a longer word or among digits."""
    letters = sum(sign.isalpha() for sign in signs)
    return any(sign in _MASK for sign in signs) or (
        _LETTER_MASK in signs and (len(signs) >= _SHORTEST_WITH_LETTER or letters == 1)
    )
