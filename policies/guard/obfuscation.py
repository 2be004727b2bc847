"""Undoes obfuscation: look-alike letters, digits for letters, signs between them, and masked words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

_CYRILLIC = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухгԁԛԝһькмнтвпӏЗзБбЧч",
    "ABESIJKMHOPCTYXaesijopcyxrdqwhbkmhtbnl336644",
)
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχωϲϳσγηδ", "ABEZHIKMNOPTYXabeikvoptuxwcjoynd")
_LATIN = str.maketrans("ıłŁđĐøØħŦŧɑɡɩɪʀɴʟʏʜɢʙᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "ilLdDoOhTtagiirnlyhgbacdejkmoptuvwz")
_LOOK_ALIKES = _CYRILLIC | _GREEK | _LATIN
_FLAG_LETTERS = {0x1F1E6 + place: chr(0x41 + place) for place in range(26)}
_BLACK_LETTERS = {first + place: chr(0x41 + place) for first in (0x1F150, 0x1F170, 0x1F130) for place in range(26)}
_PICTURED = _FLAG_LETTERS | _BLACK_LETTERS | {0x1F51F: "10"}
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s._\-–—·*|/,;:()]{1,3}(?=[0-9])")
_REPEATED = re.compile(r"(.)\1+", re.DOTALL)
_REPEATED_LETTER = re.compile(r"([a-z])\1+")
_LEET = str.maketrans("01345678@$!|€+", "oieasgtbasiiet")
_LEET_LETTERS = str.maketrans("l9b2", "iggz")
_NOT_PLAIN = re.compile(r"[^0-9a-z]+")
_MASK = "*•#_●▪■█◦○?·~^"
_HIDES = re.compile(rf"[{re.escape(_MASK)}x]")
_BETWEEN_CAPITALS = re.compile(rf"(?<=[A-Z0-9])[{re.escape(_MASK)}](?=[A-Z0-9])")
_LETTER_MASK = "x"
_SHORTEST_WITH_LETTER = 6
_SHOWN_WHOLE, _SHOWN_PART = 3, 5
"""Signs that must show where a whole value, or a part of one, is masked."""
_MOST_WORDS, _LONGEST = 50, 60


def comparison_form(text: str) -> str:
    """Letters and digits alone, so that obfuscated spellings of one value are equal.

    NFKC, look-alike letters to Latin, case and accents folded, everything else removed.
    """
    flat = flattened(text)
    return _NOT_PLAIN.sub("", flat) if flat.isascii() else "".join(letter for letter in flat if letter.isalnum())


def flattened(text: str) -> str:
    """`text` in small Latin letters without accents or hidden characters; its signs and spaces stay.

    May be longer or shorter than `text`: places in one are not places in the other.
    """
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", plain_letters(text).casefold())
    return "".join(letter for letter in bare if not unicodedata.category(letter).startswith("M"))


def plain_letters(text: str) -> str:
    """`text` with look-alike and styled letters and digits made plain, and what does not show removed."""
    if text.isascii():
        return text
    return _BEYOND_ASCII.sub(lambda met: _plain_form(met.group()), unicodedata.normalize("NFC", text))


def with_joined_digits(text: str) -> str:
    """`text` made plain, with what stands between its digits removed, so that parted numbers are whole."""
    return _BETWEEN_DIGITS.sub("", plain_letters(text))


def leet_letters(word: str) -> str:
    """A flattened word with the digits and signs that pass for letters read as those letters."""
    return word.translate(_LEET)


def skeleton(form: str) -> str:
    """A comparison form in which digits, and the letters that pass for one another through them, are equal."""
    return form.translate(_LEET).translate(_LEET_LETTERS)


def collapsed(form: str) -> str:
    """`form` with every repeated letter once."""
    return _REPEATED.sub(r"\1", form)


def unstretched(form: str) -> str:
    """`form` with every repeated letter once; digits stay."""
    return _REPEATED_LETTER.sub(r"\1", form)


@lru_cache(maxsize=4096)
def _plain_form(letter: str) -> str:
    if _is_invisible(letter):
        return ""
    pictured = _PICTURED.get(ord(letter))
    if pictured is not None:
        return pictured
    compatible = unicodedata.normalize("NFKC", letter).translate(_LOOK_ALIKES)
    return "".join(str(unicodedata.digit(one, one)) for one in compatible)


def _is_invisible(letter: str) -> bool:
    category = unicodedata.category(letter)
    return letter in _BLANKS or category in {"Cf", "Cs", "Co", "Me"} or category.startswith("M")


@dataclass(frozen=True, kw_only=True)
class MaskedWord:
    """A word with hidden signs: what it may stand for, and how many of its signs show."""

    pattern: re.Pattern[str]
    shown: int

    def hides(self, form: str) -> bool:
        """Whether the word is `form`, or shows five signs and more of a part of it."""
        if self.shown >= _SHOWN_PART and self.pattern.search(form):
            return True
        return self.pattern.fullmatch(form) is not None


def masked_words(text: str) -> Sequence[MaskedWord]:
    """The words of a flattened text of which some signs, fewer than half, are hidden; an `x` may hide one, too."""
    found = []
    words = (word for word in text.split() if len(word) <= _LONGEST and _HIDES.search(word))
    for word in islice(words, _MOST_WORDS):
        signs = [sign for sign in word if sign.isalnum() or sign in _MASK]
        shown = sum(sign not in _MASK and sign != _LETTER_MASK for sign in signs)
        if _hides_something(signs) and shown >= _SHOWN_WHOLE and shown * 2 >= len(signs):
            pattern = "".join(".?" if _HIDES.fullmatch(sign) else re.escape(sign) for sign in signs)
            found.append(MaskedWord(pattern=re.compile(pattern), shown=shown))
    return tuple(found)


def with_masks_as_digits(text: str) -> str:
    """A plain text in which a sign hidden between capitals or digits is a digit."""
    return _BETWEEN_CAPITALS.sub("0", text)


def _hides_something(signs: Sequence[str]) -> bool:
    """Whether one of the signs hides another; an `x` does in a longer word or among digits."""
    letters = sum(sign.isalpha() for sign in signs)
    return any(sign in _MASK for sign in signs) or (
        _LETTER_MASK in signs and (len(signs) >= _SHORTEST_WITH_LETTER or letters == 1)
    )
