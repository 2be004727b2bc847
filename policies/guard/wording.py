"""Placeholders that nobody filled, advertising without its mark, and texts in the wrong language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from py3langid.langid import LanguageIdentifier

from policies.guard.obfuscation import plain_letters
from records.language_identifier import language_identifier

_LEFTOVER = re.compile(
    r"\{[^{}\n]{0,60}\}|\{\{|\}\}|\$\{|<[^\W\d_][^<>\n]{0,40}>|%\([a-z_]+\)s|%[sd](?!\w)"
    r"|\[(?:[A-ZÁÉÍÓÚÑ_ ]{3,40}|(?:tu |su |your |the )?(?:nombre|name|link|enlace|n[uú]mero|number|fecha|date|handle"
    r"|usuario|user|brand|marca|url|insert[^\]]{0,40})[^\]]{0,20})\]"
    r"|\b(?:lorem ipsum|TODO|FIXME|XXX+|TBD)\b"
)
_FLAG = re.compile(
    r"#(?:ad|advert|advertisement|sponsored|publi|publicidad|anuncio|anunciopagado|promocionado|patrocinado)(?![\w-])"
    r"|(?<![\w-])(?:publicidad|contenido publicitario|comunicaci[oó]n comercial|anuncio"
    r"|advertisement|advert|sponsored|paid ad)(?![\w-])"
    r"|^\W{0,3}ad(?=\s*[:|\-–—·\])])|[\[(]\s?ad\s?[\])]",
    re.IGNORECASE,
)
_KNOWN = ("ca", "de", "en", "es", "fr", "gl", "it", "pt")
_NEIGHBOURS = {frozenset({"es", "gl"}), frozenset({"es", "ca"}), frozenset({"pt", "gl"})}
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\{[^}]*\}")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 6
_READ_LIMIT = 5_000
_SURE = 0.97


def unfilled_placeholder(text: str) -> bool:
    """Whether `text` still holds a placeholder in any of the usual notations, or a draft's mark."""
    return _LEFTOVER.search(text) is not None


def is_marked_as_advertisement(text: str) -> bool:
    """Whether `text` carries the mark of an advertisement: `Publicidad`, `Anuncio`, `Ad:`, `#ad` and the like."""
    return _FLAG.search(plain_letters(text)) is not None


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
def _detector() -> LanguageIdentifier:
    return language_identifier(_KNOWN)
