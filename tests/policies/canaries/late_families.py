"""Disguises that were written after the guard was finished."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from canaries.families import Family

_HTML_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORDINALS = ("cero", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno")
_ROMAN = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_PORTUGUESE = ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove")
_CATALAN = ("zero", "u", "dos", "tres", "quatre", "cinc", "sis", "set", "vuit", "nou")
_TEXTED = ("0ero", "1no", "2os", "3res", "4tro", "5nco", "6eis", "7ete", "8cho", "9eve")


def _entities(value: str, random: Random) -> str:
    """As web pages escape letters: `&#54;`."""
    return "".join(f"&#{ord(letter)};" if letter in _HTML_SIGNS else letter for letter in value)


def _percents(value: str, random: Random) -> str:
    """As web addresses escape letters: `%36`."""
    return "".join(f"%{ord(letter):02X}" if letter in _HTML_SIGNS else letter for letter in value)


def _numbered_lines(value: str, random: Random) -> str:
    """As a list, one sign a line with its place before it."""
    return "\n".join(f"{place}) {letter}" for place, letter in enumerate(value, 1))


def _roman(value: str, random: Random) -> str:
    """Each digit as a Roman numeral."""
    return " ".join(_ROMAN[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value)


def _ordinals(value: str, random: Random) -> str:
    """Each digit as an ordinal word."""
    return " ".join(_ORDINALS[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value)


def _neighbours(value: str, random: Random) -> str:
    """Digits in words of a neighbouring language."""
    words = random.choice((_PORTUGUESE, _CATALAN))
    return " ".join(words[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value)


def _texted(value: str, random: Random) -> str:
    """Digit and word at once, as in text messages: `6eis`."""
    return " ".join(_TEXTED[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value)


def _doubled(value: str, random: Random) -> str:
    """Every sign twice."""
    return "".join(letter * 2 for letter in value)


def _interrupted(value: str, random: Random) -> str:
    """In two halves, with a remark between them."""
    half = len(value) // 2
    return f"{value[:half]} {random.choice(('y antes va', '... y', 'sí, y entonces', 'and right after that'))} {value[half:]}"


def _hashtags(value: str, random: Random) -> str:
    """In pieces, each a hashtag."""
    return " ".join(f"#{value[at : at + 3]}" for at in range(0, len(value), 3))


LATE_FAMILIES: Mapping[str, Family] = {
    family.__name__.strip("_"): family
    for family in (
        _entities, _percents, _numbered_lines, _roman, _ordinals, _neighbours, _texted, _doubled, _interrupted, _hashtags,
    )
}  # fmt: skip
