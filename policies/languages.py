"""Whether an outgoing text is surely in another language than the one expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import py3langid.langid

_KNOWN = ("ca", "de", "en", "es", "fr", "gl", "it", "pt")
_NEIGHBOURS = {frozenset({"es", "gl"}), frozenset({"es", "ca"}), frozenset({"pt", "gl"})}
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\{[^}]*\}")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 6
_READ_LIMIT = 5_000
_SURE = 0.97


def surely_not_in(text: str, languages: Sequence[str]) -> str:
    """The language of `text` where it is surely none of `languages` (ISO 639-1), else empty.

    Texts under six words are too short to tell; close neighbours (Spanish and Galician) are not told apart.
    """
    words = _WORD.findall(_NOT_WORDS.sub(" ", text[:_READ_LIMIT]))
    expected = {language for language in languages if language in _KNOWN}
    if len(words) < _FEWEST_WORDS or not expected:
        return ""
    language, chance = _detector().classify(" ".join(words).lower())
    if chance < _SURE or any(language == one or frozenset({language, one}) in _NEIGHBOURS for one in expected):
        return ""
    return str(language)


@cache
def _detector() -> py3langid.langid.LanguageIdentifier:
    detector = py3langid.langid.LanguageIdentifier.from_model_file(py3langid.langid.MODEL_FILE, norm_probs=True)
    detector.set_languages(list(_KNOWN))
    return detector
