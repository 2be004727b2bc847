"""A text as a careful reader sees it: digits of every script as 0-9, letters without accents, nothing invisible."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Categories of signs that stand over others, or are not seen."""
_MOST_OF_ONE = 4
"""Signs that one sign may stand for; some ligatures stand for whole phrases."""


@dataclass(frozen=True, kw_only=True)
class PlainSigns:
    """The folded text, and for each of its signs the place in the text it was folded from."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded `[start, end)` stands in the text as it came; `end > start`."""
        return self.places[start], self.places[end - 1] + 1


def plain_signs(text: str) -> PlainSigns:
    """Fold `text`. Any text is taken, lone surrogates included."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for plain in _plain(sign):
            signs.append(plain)
            places.append(place)
    return PlainSigns(text="".join(signs), places=tuple(places))


@lru_cache(maxsize=4_096)
def _plain(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    if unicodedata.category(sign) in _UNSEEN:
        return ""
    decimal = unicodedata.digit(sign, None)
    if decimal is not None:
        return str(decimal)
    if unicodedata.category(sign) == "Zs":
        return " "
    if unicodedata.category(sign) == "Pd":
        return "-"
    apart = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in apart if unicodedata.category(part) not in _UNSEEN).lower()[:_MOST_OF_ONE]
