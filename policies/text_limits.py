"""How long a text may be on each network, public or private, by the network's own counting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from policies.links import find_links


class Channel(StrEnum):
    """Who can read an outgoing text."""

    PUBLIC = "public"
    PRIVATE = "private"


_URL_LENGTH = 23
"""X shortens every link to this many characters."""
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""Characters that X counts as two; all others count as one (twitter-text, configuration 3)."""
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    "|(?:[\u203c-\u3299\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*)"
    "(?:\u200d[\u2640-\u27bf\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
)
_EMOJI_LENGTH = 2
_NO_LIMIT = 100_000
"""Nothing is sent through `files`, so that any text is short enough."""


@dataclass(frozen=True, kw_only=True)
class TextLimit:
    """The longest text that a network takes, and how it counts."""

    most: int
    count: Callable[[str], int]


def weighted_length(text: str) -> int:
    """Length as X counts it: after NFC, links as 23, emoji as 2, wide scripts as 2 a character."""
    composed = unicodedata.normalize("NFC", text)
    length, at = 0, 0
    for link in find_links(composed):
        length += _weight(composed[at : link.start]) + _URL_LENGTH
        at = link.end
    return length + _weight(composed[at:])


def limit_of(network: str, channel: Channel) -> TextLimit:
    """What `network` takes on `channel`; an unknown network is held to the shortest, X's public post."""
    return _LIMITS.get((network, channel), _LIMITS["x", Channel.PUBLIC])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    plain, emoji = _EMOJI.subn("", text)
    return emoji * _EMOJI_LENGTH + len(plain) + len(_HEAVY.findall(plain))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_LIMITS = {
    ("x", Channel.PUBLIC): TextLimit(most=280, count=weighted_length),
    ("x", Channel.PRIVATE): TextLimit(most=10_000, count=len),
    ("facebook", Channel.PUBLIC): TextLimit(most=8_000, count=len),
    ("facebook", Channel.PRIVATE): TextLimit(most=2_000, count=len),
    ("instagram", Channel.PUBLIC): TextLimit(most=2_200, count=len),
    ("instagram", Channel.PRIVATE): TextLimit(most=1_000, count=_bytes),
    ("files", Channel.PUBLIC): TextLimit(most=_NO_LIMIT, count=len),
    ("files", Channel.PRIVATE): TextLimit(most=_NO_LIMIT, count=len),
}
