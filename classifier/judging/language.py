"""Language detection: frequent words first, a statistical detector where they leave a doubt."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from py3langid.langid import LanguageIdentifier

from classifier.terms.phrases import phrases_at, read_terms
from records.language_identifier import language_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping


UNDETERMINED = "und"
LANGUAGES = ("es", "en", "pt", "fr", "it", "de", "ca", "gl", "nl")
READ_LIMIT = 2_000
"""Characters that are read; a language shows itself sooner."""

_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_CLEAR_WORDS = 2
_HINT_WEIGHT = 1.5
"""Nats that the network's guess adds to its language."""
_CONFIDENT = 0.5
_HINT_ALIASES = {"in": "id", "iw": "he", "zxx": "", "und": "", "qme": "", "qht": "", "qam": "", "qst": "", "art": ""}


def detect_language(text: str, *, hint: str = "") -> str:
    """ISO 639-1 code of the language of `text`, or `und` where it does not show.

    Handles, tags, addresses and emoji are not read. `hint` is the network's own guess (BCP 47 or ISO 639): it
    decides texts that are too short for detection and adds weight in doubtful ones.
    """
    hinted = _language_of(hint)
    words = [word.lower() for word in _WORD.findall(_NOT_WORDS.sub(" ", text[:READ_LIMIT].replace("’", "'")))]
    if not words:
        return hinted or UNDETERMINED
    clear = _clear_language(words)
    if clear:
        return clear
    return _detected(" ".join(words), hinted)


def _clear_language(words: list[str]) -> str:
    tally: dict[str, int] = {}
    known = _function_words()
    for word in words:
        for language in known.get(word, ()):
            tally[language] = tally.get(language, 0) + 1
    if not tally:
        return ""
    best = max(tally, key=tally.__getitem__)
    second = max((count for language, count in tally.items() if language != best), default=0)
    return best if tally[best] >= _CLEAR_WORDS and tally[best] > 2 * second else ""


def _detected(words: str, hinted: str) -> str:
    scores = {language: math.log(max(chance, 1e-9)) for language, chance in _detector().rank(words)}
    if hinted in scores:
        scores[hinted] += _HINT_WEIGHT
    elif hinted:
        return hinted
    best = max(scores, key=scores.__getitem__)
    share = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
    return best if share >= _CONFIDENT else hinted or UNDETERMINED


def _language_of(hint: str) -> str:
    code = re.split("[-_]", hint.strip().lower())[0]
    code = _HINT_ALIASES.get(code, code)
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


@cache
def _function_words() -> Mapping[str, tuple[str, ...]]:
    terms = read_terms("function_words")
    known: dict[str, tuple[str, ...]] = {}
    for language in terms:
        for word in phrases_at(terms, language):
            known[word] = (*known.get(word, ()), language)
    return known


@cache
def _detector() -> LanguageIdentifier:
    return language_identifier(LANGUAGES)
