"""Sentences, labels and weekdays for decisions and opening times, by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from policies.vocabulary import PERSONAL_DATA_KINDS

LANGUAGES = ("es", "en")

_FOLDER = Path(__file__).parent / "wordings"


@dataclass(frozen=True, kw_only=True)
class Wordings:
    """The wordings of one language."""

    sentences: Mapping[str, str]
    """With `{variables}`, by their names."""
    labels: Mapping[str, str]
    """What a fact with a value is called, by its name."""
    statements: Mapping[str, tuple[str, str]]
    """What a fact that is true or false says: where it is true, and where it is false."""
    values: Mapping[str, Mapping[str, str]]
    """The words of facts with a closed list, by fact."""
    sources: Mapping[str, str]
    """By the first part of a source, before its colon."""
    names: Mapping[str, str]
    """Of networks."""
    weekdays: tuple[str, ...]
    """Monday first."""
    months: tuple[str, ...]

    def say(self, sentence: str, **variables: str) -> str:
        """One sentence with its variables filled in. Raises KeyError where there is no such sentence."""
        return self.sentences[sentence].format_map(variables)


@cache
def wordings(language: str) -> Wordings:
    """The words of `es` or `en`; English for any other language."""
    path = _FOLDER / f"{language if language in LANGUAGES else 'en'}.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    sentences, facts = written["sentences"], written["facts"]
    kinds = {
        f"personal_data.{owner}.{kind}": sentences[f"{owner}_kind"].format(kind=written["kinds"][kind])
        for owner in ("own", "others")
        for kind in PERSONAL_DATA_KINDS
    }
    return Wordings(
        sentences=sentences,
        labels={name: words for name, words in facts.items() if isinstance(words, str)} | kinds,
        statements={name: (words[0], words[1]) for name, words in facts.items() if not isinstance(words, str)},
        values=written["values"],
        sources=written["sources"],
        names=written["names"],
        weekdays=tuple(written["weekdays"]),
        months=tuple(written["months"]),
    )
