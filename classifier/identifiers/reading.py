"""A text being read for identifiers, and what was found in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from classifier.folding import fold

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\bt\.co/\w+")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One text, its folded form of the same length, and the market whose formats are expected."""

    text: str
    folded: str
    """Web addresses are blanked: their digits are nobody's."""
    market: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """An identifier in a reading, before its owner is known."""

    kind: str
    start: int
    end: int
    value: str = field(repr=False)
    public: bool = False
    """True where its own form says that it is nobody's in person, for example a freephone number."""
    mobile: bool = False
    """True for a mobile number: the words around it cannot make it a company's."""


def read(text: str, *, market: str) -> Reading:
    """Fold `text` and blank the web addresses in it."""
    folded = fold(text)
    if "http" in folded or "www." in folded or "t.co" in folded:
        folded = _ADDRESS.sub(lambda met: " " * len(met.group()), folded)
    return Reading(text=text, folded=folded, market=market.upper())
