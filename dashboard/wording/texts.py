"""The texts of the dashboard in the reader's language.

Sentences of rulebooks and of the desk are written in English where they arise, for people and for the log; the
dashboard translates those that it knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("es", "en")
LANGUAGE_COOKIE = "aparte_language"
_FOLDER = Path(__file__).parent
MAX_SENTENCE = 1_000
"""Characters; a longer text is shown untranslated."""
_PLACEHOLDER = re.compile(r"\\\{([a-z_]+)\\\}")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_NESTED = "sentence"
"""A placeholder of this name stands for a sentence, which is translated too."""


class Sentences:
    """Known sentences of one language. In a known sentence `{name}` matches any text."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._plain = {english: said for english, said in known.items() if "{" not in english}
        self._patterns = tuple((_pattern(english), said) for english, said in known.items() if "{" in english)
        self._translated = lru_cache(maxsize=2_000)(self._translate)

    def translate(self, text: str) -> str:
        """The sentence, or each of several sentences, in this language; unchanged where it is not known."""
        return self._translated(text) if len(text) <= MAX_SENTENCE else text

    def _translate(self, text: str) -> str:
        if text in self._plain:
            return self._plain[text]
        for pattern, said in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                return said.format(**{name: self._filled(name, value) for name, value in found.groupdict().items()})
        parts = _BETWEEN_SENTENCES.split(text)
        return " ".join(map(self._translate, parts)) if len(parts) > 1 else text

    def _filled(self, name: str, value: str) -> str:
        return self._translate(value) if name == _NESTED else value


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The texts of one language."""

    language: str
    texts: Mapping[str, str]
    """By name."""
    words: Mapping[str, str]
    """How the words that are stored (statuses, actions, queues...) are written for people."""
    entries: Mapping[str, str]
    """How the entries of the log are written, by `SUBJECT:EVENT`."""
    sentences: Sentences

    def __call__(self, name: str, /, **values: object) -> str:
        """The text called `name`, with its values put in. Raises KeyError for an unknown name."""
        text = self.texts[name]
        return text.format(**values) if values else text

    def word(self, stored: str) -> str:
        """A stored word as people write it; itself, without underscores, where nothing better is known."""
        return self.words.get(stored, stored.replace("_", " "))

    def entry(self, kind: str) -> str:
        """An entry of the log (`SOURCE:SUBJECT:EVENT`) in words; empty for a kind that has none."""
        return self.entries.get(kind.partition(":")[2], "")

    def sentence(self, text: str) -> str:
        """A sentence of the app in this language; unchanged where it is not known."""
        return self.sentences.translate(text)


@cache
def wording_in(language: str) -> Wording:
    """The texts in `language`, or in Spanish where there are none."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    loaded = _read(f"{known}.yaml")
    translations = _FOLDER / f"sentences.{known}.yaml"
    return Wording(
        language=known,
        texts=loaded["texts"],
        words=loaded["words"],
        entries=_read(f"entries.{known}.yaml"),
        sentences=Sentences(_read(translations.name) if translations.exists() else {}),
    )


def preferred_language(chosen: str | None, accepted: str | None) -> str:
    """The language chosen by the switch, else the first of a browser's list that we have, else Spanish."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in (accepted or "")[:400].split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]


def _read(file: str) -> Any:
    return yaml.safe_load((_FOLDER / file).read_text(encoding="utf-8"))


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(lambda found: f"(?P<{found.group(1)}>.+?)", re.escape(english)), re.DOTALL)
