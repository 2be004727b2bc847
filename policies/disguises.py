"""Seeing through disguises: characters that hide, look alike or spell digits out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_CYRILLIC = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухгԁԛԝһькмнтвпӏ",
    "ABESIJKMHOPCTYXaesijopcyxrdqwhbkmhtbnl",
)
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχωϲϳ", "ABEZHIKMNOPTYXabeikvoptuxwcj")
_LOOK_ALIKES = _CYRILLIC | _GREEK
_EMOJI_PARTS = frozenset("\u200d\ufe0f\ufe0e")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_LINE_ENDS = frozenset("\n\r\t")
_STACKED_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{3,}")
_NUMBER_WORDS = {
    "cero": 0, "uno": 1, "una": 1, "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15,
    "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21, "veintidos": 22,
    "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28,
    "veintinueve": 29, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90, "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_ONES = {value: word for word, value in _NUMBER_WORDS.items() if 0 < value < 10}
_ANY_NUMBER = "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
_SPELLED = re.compile(rf"(?<!\w)(?:{_ANY_NUMBER})(?:[\s,.-]{{1,3}}(?:y |and )?(?:{_ANY_NUMBER}))+(?!\w)", re.IGNORECASE)
_SPELLED_WORD = re.compile(r"\b(?:y|and)\b|[^\W\d_]+", re.IGNORECASE)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_NOT_PRINTABLE_ASCII = re.compile(r"[^\x20-\x7e]")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s._\-–—·*|]{1,3}(?=[0-9])")


def hidden_characters(text: str) -> str:
    """What kind of character in `text` does not show or turns its direction, in words; empty where none does.

    Joiners and selectors inside emoji, tabs and line ends are ordinary.
    """
    for met in _NOT_PRINTABLE_ASCII.finditer(text):
        letter, place = met.group(), met.start()
        category = unicodedata.category(letter)
        if category == "Cs":
            return "half of a character (a lone surrogate)"
        if category in {"Cc", "Co", "Zl", "Zp"} and letter not in _LINE_ENDS:
            return "a control character"
        if letter in _BLANKS or (category == "Cf" and not _is_in_emoji(text, place)):
            return "an invisible character or one that turns the direction of writing"
    return "letters covered with stacked marks" if _STACKED_MARKS.search(text) else ""


def mixes_scripts(text: str) -> bool:
    """Whether a word mixes Latin letters with Cyrillic or Greek ones, or uses full-width or styled letters."""
    if text.isascii():
        return False
    return any(_is_mixed(word) for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()) or any(
        _is_full_width(letter) or "\U0001d400" <= letter <= "\U0001d7ff" for letter in text
    )


def comparison_form(text: str) -> str:
    """Letters and digits alone, so that disguised spellings of one value are equal.

    NFKC, look-alike letters to Latin, case and accents folded, everything else removed.
    """
    plain = _latin(text).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if letter.isalnum())


def unfolded(text: str) -> str:
    """`text` without its disguises: invisible characters removed, all digits plain, spelled digits written out."""
    return _with_digits(_latin(text))


def with_joined_digits(text: str) -> str:
    """The unfolded form with what stands between digits removed, so that parted numbers are whole."""
    return _BETWEEN_DIGITS.sub("", unfolded(text))


def _latin(text: str) -> str:
    if text.isascii():
        return text
    return _BEYOND_ASCII.sub(lambda met: _latin_form(met.group()), unicodedata.normalize("NFC", text))


@lru_cache(maxsize=4096)
def _latin_form(letter: str) -> str:
    if _is_invisible(letter):
        return ""
    compatible = unicodedata.normalize("NFKC", letter).translate(_LOOK_ALIKES)
    return "".join(str(unicodedata.digit(one, one)) for one in compatible)


def _is_invisible(letter: str) -> bool:
    return letter in _BLANKS or letter in _EMOJI_PARTS or unicodedata.category(letter) in {"Cf", "Cs", "Co"}


def _is_in_emoji(text: str, place: int) -> bool:
    letter = text[place]
    if "\U000e0020" <= letter <= "\U000e007f":
        return "\U0001f3f4" in text[max(0, place - 8) : place]
    return letter == "\u200d" and 0 < place < len(text) - 1 and _is_pictured(text[place - 1], text[place + 1])


def _is_pictured(before: str, after: str) -> bool:
    return (before in _EMOJI_PARTS or unicodedata.category(before) in {"So", "Sk"}) and unicodedata.category(
        after
    ) == "So"


def _is_full_width(letter: str) -> bool:
    return "\uff10" <= letter <= "\uff5a" and letter.isalnum()


def _is_mixed(word: str) -> bool:
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if not letter.isascii()}
    foreign = scripts & {"CYRILLIC", "GREEK"}
    latin = any(letter.isascii() for letter in word) or "LATIN" in scripts
    return bool(foreign) and (latin or len(foreign) > 1)


def _with_digits(text: str) -> str:
    return _SPELLED.sub(lambda met: "".join(_spelled_digits(met.group())), text)


def _spelled_digits(words: str) -> Iterator[str]:
    """Digits of a row of number words; a ten and the one after it are one number (`treinta y dos` is 32)."""
    ten = 0
    for word in _SPELLED_WORD.findall(words.lower()):
        value = _NUMBER_WORDS.get(word)
        if value is None:
            continue
        if ten and value in _ONES:
            yield str(ten + value)
            ten = 0
            continue
        if ten:
            yield str(ten)
        ten = value if value >= 20 and value % 10 == 0 else 0
        if not ten:
            yield str(value)
    if ten:
        yield str(ten)
