"""One spelling for matching terms: lower case, without accents, every character in its place."""

from __future__ import annotations

import re
import sys
import unicodedata


def fold(text: str) -> str:
    """Lower-case `text` without accents and with plain digits, quotes and spaces; the length stays the same.

    Offsets into the result are offsets into `text`. Accents written as combining characters stay.
    """
    if text.isascii():
        return text.lower()
    return _BEYOND_ASCII.sub(_folded_character, text).lower()


def _folded_character(met: re.Match[str]) -> str:
    return _FOLDED.get(met.group(), met.group())


def _folded_characters() -> dict[str, str]:
    folded = dict(_accented_letters())
    folded.update((code, str(unicodedata.digit(chr(code)))) for code in _other_digits())
    folded.update((0xFEE0 + code, chr(code)) for code in range(0x21, 0x7F))
    folded.update(dict.fromkeys(map(ord, "’‘‛ʼ´"), "'"))
    folded.update(dict.fromkeys(map(ord, "“”«»„"), '"'))
    folded.update(dict.fromkeys(map(ord, "‐‑‒–—−"), "-"))
    folded.update(dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"), " "))
    return {chr(code): letter for code, letter in folded.items()}


def _accented_letters() -> list[tuple[int, str]]:
    letters = ((code, unicodedata.normalize("NFD", chr(code))) for code in range(0xC0, 0x250))
    return [(code, form[0].lower()) for code, form in letters if len(form) > 1 and form[0].isascii()]


def _other_digits() -> list[int]:
    return [code for code in range(0x80, sys.maxunicode) if unicodedata.category(chr(code)) == "Nd"]


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_FOLDED = _folded_characters()
