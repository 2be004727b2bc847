"""Characters that an outgoing text may consist of: a closed list, since any other may hide or pass for something."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

_EMOJI_PARTS = frozenset("\u200d\ufe0f\ufe0e")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_SPACES = frozenset(" \xa0\u202f\u2009")
_LINE_ENDS = frozenset("\n\r\t")
_NOT_PRINTABLE_ASCII = re.compile(r"[^\x20-\x7e]")
_WORD = re.compile(r"[^\W\d_]+")
_ORDINARY = re.compile(
    # Latin letters with the accents of European languages; signs of Latin-1; typographic punctuation and money
    "[\xa1-\xac\xae-\xb1\xb4-\xb7\xba-\u0130\u0132-\u0137\u0139-\u0148\u014a-\u017e\u0218-\u021b\u1e9e"
    "\u2010-\u2015\u2018-\u201f\u2020-\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u203c\u2049\u20a0-\u20bf"
    "\xb2\xb3\xb9\u2116\u2122\u2139\u212e\u2190-\u21ff\u2212\u2248\u2260\u2264\u2265\u221e"
    # emoji, without dice, cards, dominoes, trigrams, numerals and boxed letters
    "\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25cf\u25e6\u25fb-\u25fe"
    "\u2600-\u262f\u2638-\u267f\u2686-\u2775\u2794-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\u3030\u303d\u3297\u3299\ufffd\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff"
    "\U0001f201\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251"
    "\U0001f300-\U0001f51e\U0001f520-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb"
    "\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff]"
)
_PARTS = re.compile("[\u200d\ufe0f\ufe0e\u20e3]")
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]+")
_FLAG_ROW = 6
"""Letters of three flags; more flags in a row, or half of one, spell something."""
_NUMERAL_PICTURES = re.compile("[\U0001f550-\U0001f567]")
_MOST_NUMERAL_PICTURES = 2
_MOST_PICTURES = 40
_PICTURES = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_EASTERN = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "HANGUL"})
_EASTERN_SIGNS = frozenset("・ー！（），－．／：；？～") | frozenset(map(chr, range(0x3000, 0x3040)))
_SCRIPTS = {
    "ar": {"ARABIC"}, "be": {"CYRILLIC"}, "bg": {"CYRILLIC"}, "el": {"GREEK"}, "fa": {"ARABIC"}, "he": {"HEBREW"},
    "hi": {"DEVANAGARI"}, "hy": {"ARMENIAN"}, "ka": {"GEORGIAN"},
    "ja": {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK"}, "ko": {"HANGUL"},
    "mk": {"CYRILLIC"}, "ru": {"CYRILLIC"}, "sr": {"CYRILLIC"}, "th": {"THAI"},
    "uk": {"CYRILLIC"}, "ur": {"ARABIC"}, "zh": {"CJK"},
}  # fmt: skip


def hidden_characters(text: str) -> str:
    """What kind of character in `text` does not show or turns its direction, in words; empty where none does.

    Joiners and selectors inside emoji, tabs and line ends are ordinary.
    """
    if text.isascii() and text.isprintable():
        return ""
    for met in _NOT_PRINTABLE_ASCII.finditer(text):
        found = _hidden(text, met.start())
        if found:
            return found
    return ""


def unusual_characters(text: str, *, languages: Collection[str], published: Iterable[str] = ()) -> bool:
    """Whether `text` holds characters that pass for others or are outside the alphabets of `languages` (ISO 639-1).

    Latin letters with European accents, ordinary punctuation and emoji are in everyone's. A word that stands as it is
    in one of `published`, such as a name in ornamental letters, is the person's own. Combining marks that no letter
    takes up, letters spelled with flags and rows of clocks are unusual.
    """
    if text.isascii():
        return False
    composed = unicodedata.normalize("NFC", text)
    own = {word for one in published for word in one.split() if not word.isascii()}
    if own:
        composed = " ".join(word for word in composed.split() if word.strip(".,:;!?¡¿") not in own)
    rest = _PARTS.sub("", _ORDINARY.sub("", composed))
    strange = {letter for letter in rest if not letter.isascii() and letter not in _SPACES | _BLANKS}
    return bool(strange and not _in_own_script(composed, strange, languages)) or _spells_with_pictures(composed)


def _hidden(text: str, place: int) -> str:
    letter = text[place]
    category = unicodedata.category(letter)
    if category == "Cs":
        return "half of a character (a lone surrogate)"
    if category in {"Cc", "Co", "Cn", "Zl", "Zp"} and letter not in _LINE_ENDS:
        return "a control character"
    if letter in _BLANKS or (category == "Zs" and letter not in _SPACES):
        return "an invisible character or one that turns the direction of writing"
    if category == "Cf" and not _is_in_emoji(text, place):
        return "an invisible character or one that turns the direction of writing"
    selects = "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
    if selects and not (letter in _EMOJI_PARTS and place > 0 and _takes_selector(text[place - 1])):
        return "an invisible character or one that turns the direction of writing"
    return ""


def _takes_selector(before: str) -> bool:
    return before in "0123456789#*" or unicodedata.category(before) in {"So", "Sk", "Sm", "Po"}


def _is_in_emoji(text: str, place: int) -> bool:
    letter = text[place]
    if "\U000e0020" <= letter <= "\U000e007f":
        return "\U0001f3f4" in text[max(0, place - 8) : place]
    return letter == "\u200d" and 0 < place < len(text) - 1 and _is_pictured(text[place - 1], text[place + 1])


def _is_pictured(before: str, after: str) -> bool:
    joined = before in _EMOJI_PARTS or unicodedata.category(before) in {"So", "Sk"}
    return joined and unicodedata.category(after) == "So"


def _in_own_script(text: str, strange: Collection[str], languages: Collection[str]) -> bool:
    """Whether the strange characters are of the alphabets of the languages.

    Alphabets with letters that look Latin stand in whole words of their own; the signs of the East come with them.
    """
    allowed: set[str] = set().union(*(_SCRIPTS.get(language, set()) for language in languages))
    letters = {letter for letter in strange if not (allowed & _EASTERN and letter in _EASTERN_SIGNS)}
    if not allowed or not all(letter.isalpha() and _script(letter) in allowed for letter in letters):
        return False
    alike = {letter for letter in letters if _script(letter) not in _EASTERN}
    words = [word for word in _WORD.findall(text) if not alike.isdisjoint(word)]
    return all(letter in alike for word in words for letter in word)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _spells_with_pictures(text: str) -> bool:
    rows = [len(met.group()) for met in _FLAG_LETTERS.finditer(text)]
    return (
        any(length % 2 == 1 or length > _FLAG_ROW for length in rows)
        or len(_NUMERAL_PICTURES.findall(text)) > _MOST_NUMERAL_PICTURES
        or len(_PICTURES.findall(text)) > _MOST_PICTURES
    )
