"""Sentences of the rulebooks and of the desk, in the language of the reader.

They are written in English where they arise, for people and for the log; the dashboard knows most of them by heart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

LONGEST = 1_000
_HOLE = re.compile(r"\\\{([a-z_]+)\\\}")
_BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_AGAIN = "sentence"
"""A hole of this name holds a sentence, which is translated too."""


class Sentences:
    """Known sentences of one language. In a known sentence `{name}` stands for whatever is written there."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._plain = {english: said for english, said in known.items() if "{" not in english}
        self._patterns = tuple((_pattern(english), said) for english, said in known.items() if "{" in english)
        self._translated = lru_cache(maxsize=2_000)(self._translate)

    def translate(self, text: str) -> str:
        """The sentence, or each of several sentences, in this language; as it stands where it is not known."""
        return self._translated(text) if len(text) <= LONGEST else text

    def _translate(self, text: str) -> str:
        if text in self._plain:
            return self._plain[text]
        for pattern, said in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                return said.format(**{name: self._filled(name, value) for name, value in found.groupdict().items()})
        parts = _BETWEEN.split(text)
        return " ".join(map(self._translate, parts)) if len(parts) > 1 else text

    def _filled(self, name: str, value: str) -> str:
        return self._translate(value) if name == _AGAIN else value


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_HOLE.sub(lambda hole: f"(?P<{hole.group(1)}>.+?)", re.escape(english)), re.DOTALL)
