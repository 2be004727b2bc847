"""Disguises that were written after the guard was finished, and how many drafts got through before it was mended.

Of 1,500 drafts in the first ten of these disguises 231 passed: ordinals 94 of 152, neighbouring languages 55 of 155,
Roman numerals 47 of 145, interrupted halves 18 of 147, percent escapes 6 of 131, hashtags 6 of 156, doubled signs
5 of 146, the others none. The guard was mended for what these have in common; then the last three were written, and
of 1,500 drafts in them 480 passed: digits as strokes 275 of 535, letters by their names 117 of 492, one sign masked 88
of 473. It was mended again.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.policies.canaries.families import Family

_HTML_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORDINALS = ("cero", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno")
_ROMAN = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_PORTUGUESE = ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove")
_CATALAN = ("zero", "u", "dos", "tres", "quatre", "cinc", "sis", "set", "vuit", "nou")
_LETTERS_ES = "a be ce de e efe ge hache i jota ka ele eme ene o pe cu erre ese te u uve doble-uve equis ye zeta"
_LETTERS_EN = "ay bee cee dee ee eff gee aitch eye jay kay ell em en oh pee cue ar ess tee you vee double-u ex why zed"
_LETTER_NAMES_ES = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        _LETTERS_ES.split(),
        strict=True,
    )
)
_LETTER_NAMES_EN = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        _LETTERS_EN.split(),
        strict=True,
    )
)
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
    remark = random.choice(("y antes va", "... y", "sí, y entonces", "and right after that"))
    return f"{value[:half]} {remark} {value[half:]}"


def _hashtags(value: str, random: Random) -> str:
    """In pieces, each a hashtag."""
    return " ".join(f"#{value[at : at + 3]}" for at in range(0, len(value), 3))


def _letter_names(value: str, random: Random) -> str:
    """Letters by their names, digits as they are: `eme a erre te a`."""
    names = random.choice((_LETTER_NAMES_ES, _LETTER_NAMES_EN))
    return " ".join(names.get(letter, letter) for letter in value.upper())


def _one_masked(value: str, random: Random) -> str:
    """One sign in the middle hidden, as if that made it anonymous."""
    place = random.randint(len(value) // 3, 2 * len(value) // 3)
    return f"{value[:place]}{random.choice('*•xX_#')}{value[place + 1 :]}"


def _tallied(value: str, random: Random) -> str:
    """Each digit as so many strokes."""
    stroke = random.choice("|I•")
    pieces = [stroke * int(letter) or "-" if letter.isascii() and letter.isdigit() else letter for letter in value]
    return " ".join(pieces)


LATE_FAMILIES: Mapping[str, Family] = {
    family.__name__.strip("_"): family
    for family in (
        _entities, _percents, _numbered_lines, _roman, _ordinals, _neighbours, _texted, _doubled, _interrupted,
        _hashtags, _letter_names, _one_masked, _tallied,
    )
}  # fmt: skip
