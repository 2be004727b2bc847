"""What the dashboard says, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from dashboard.sentences import Sentences

LANGUAGES = ("es", "en")
COOKIE = "aparte_language"
_FOLDER = Path(__file__).parent / "wordings"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The texts of one language."""

    language: str
    texts: Mapping[str, str]
    """By name."""
    words: Mapping[str, str]
    """How the words that are stored (statuses, actions, queues...) are written for people."""
    entries: Mapping[str, str]
    """What the log tells, by `SUBJECT:EVENT`."""
    sentences: Sentences

    def __call__(self, name: str, /, **values: object) -> str:
        """The text called `name`, with its values put in. Raises KeyError for an unknown name."""
        text = self.texts[name]
        return text.format(**values) if values else text

    def word(self, stored: str) -> str:
        """A stored word as people write it; itself, without underscores, where nothing better is known."""
        return self.words.get(stored, stored.replace("_", " "))

    def entry(self, kind: str) -> str:
        """What an entry of the log (`SOURCE:SUBJECT:EVENT`) tells; empty where only its kind is known."""
        return self.entries.get(kind.partition(":")[2], "")

    def sentence(self, text: str) -> str:
        """A sentence of the house in this language; as it stands where it is not known."""
        return self.sentences.translate(text)


@cache
def wording_in(language: str) -> Wording:
    """The texts in `language`, or in Spanish where it is not spoken here."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    loaded = yaml.safe_load((_FOLDER / f"{spoken}.yaml").read_text(encoding="utf-8"))
    known = _FOLDER / f"sentences.{spoken}.yaml"
    sentences = yaml.safe_load(known.read_text(encoding="utf-8")) if known.exists() else {}
    entries = yaml.safe_load((_FOLDER / f"entries.{spoken}.yaml").read_text(encoding="utf-8"))
    return Wording(
        language=spoken,
        texts=loaded["texts"],
        words=loaded["words"],
        entries=entries,
        sentences=Sentences(sentences),
    )


def preferred(chosen: str | None, accepted: str | None) -> str:
    """The language chosen by the switch, else the first of a browser's list that is spoken here, else Spanish."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in (accepted or "")[:400].split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]
