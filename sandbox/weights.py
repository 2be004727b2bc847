"""How long a text is to X (twitter-text version 3): most Latin characters weigh 1, others 2, a link 23, an emoji 2."""

from __future__ import annotations

import re
import unicodedata

from sandbox.texts import link_spans

LONGEST = 280
LINK_WEIGHT = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_PICTURE = "[\u203c-\u3299\U0001f000-\U0001faff]"
_TONE = "[\ufe0f\U0001f3fb-\U0001f3ff]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}{_TONE}?(?:\u200d{_PICTURE}{_TONE}?)+"
    f"|{_PICTURE}{_TONE}"
)


def weighted_length(text: str) -> int:
    """The text's weight in X's counting."""
    normal = unicodedata.normalize("NFC", text)
    spans = link_spans(normal)
    rest = _without(normal, spans)
    plain, emoji = _EMOJI.subn("", rest)
    return LINK_WEIGHT * len(spans) + 2 * emoji + sum(_weight(ord(letter)) for letter in plain)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in spans:
        pieces.append(text[done:start])
        done = end
    return "".join([*pieces, text[done:]])


def _weight(point: int) -> int:
    return 1 if any(low <= point <= high for low, high in _LIGHT) else 2
