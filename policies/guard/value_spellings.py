"""Every way in which a value may be spelled in one text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from policies.guard.numbers import Number, numbered, readings_of, with_inner_numbers, with_texted_digits
from policies.guard.obfuscation import (
    MaskedWord,
    collapsed,
    flattened,
    leet_letters,
    masked_words,
    plain_letters,
    skeleton,
    unstretched,
)

_WORD = re.compile(r"[^\W_]+")
_NOT_PLAIN = re.compile(r"[\W_]+")
_CONNECTORS_TEXT = """
    arroba at punto dot guion dash hyphen underscore barra slash espacio space coma comma bajo then luego despues
    y and de numero number num no n nro letra letter digito digit mayuscula minuscula capital mas plus next luego
    doble raya seguido followed by finalmente finally euros euro eur pesos centimos cents dolares dollars
"""
_CONNECTORS = frozenset(_CONNECTORS_TEXT.split())
"""Words that are put between the parts of a value when it is read out."""
_ARTICLES_TEXT = """
    del la el los las the con with
"""
_ARTICLES = frozenset(_ARTICLES_TEXT.split())
_OFTEN = 2
_SPELLED_LETTER = re.compile(r"(?<![^\W_])([a-z]) (?:de|como|for|as in|like) [a-z]+")
_ROW = 4
_SHORTEST_PART = 3
_SHORT_PIECE = 2
_SHORT_ROW = 9
_LONGEST_WINDOW = 12
_APART = "\n"


class ValueSpellings:
    """A text without obfuscation, as a whole, by words and by numbers. Forms are computed when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._flat = flattened(text).replace("x-ray", "xray")

    @cached_property
    def letters(self) -> str:
        """Letters and digits of the text without anything between them, in its several readings, a line each."""
        forms = [_bare(text) for text in self._texts]
        forms += [_bare(_without(text, _CONNECTORS)) for text in self._texts]
        forms += [_bare(_without(text, _CONNECTORS | _ARTICLES)) for text in self._texts]
        forms += [_bare(_without_repeated(text)) for text in self._texts]
        forms += [_bare(_without(self._flat, {word})) for word in _CONNECTORS.intersection(_WORD.findall(self._flat))]
        forms += [with_inner_numbers(forms[0])]
        forms += [_initials(text) for text in self._texts]
        forms += [self._codes, _bare(_SPELLED_LETTER.sub(r"\1", self._flat))]
        return _APART.join(dict.fromkeys(forms))

    @cached_property
    def skeletons(self) -> str:
        """The letters with those that pass for one another made equal."""
        return skeleton(self.letters)

    @cached_property
    def unstretched(self) -> str:
        """The letters with every repeated letter once, those that pass for one another made equal."""
        return skeleton(unstretched(self.letters))

    @cached_property
    def collapsed(self) -> str:
        """The skeletons with every repeated sign once."""
        return collapsed(self.skeletons)

    def holds_parts(self, form: str) -> bool:
        """Whether `form` stands in two parts of three and more signs, each by itself, wherever they are."""
        return any(
            form[:place] in self.words and form[place:] in self.words
            for place in range(_SHORTEST_PART, len(form) - _SHORTEST_PART + 1)
        )

    @cached_property
    def digits(self) -> str:
        """All digits of the text, whatever stands between them, in its several readings, a line each."""
        rows = ["".join(number.digits for number in numbers) for numbers in self._numbers]
        return _APART.join(dict.fromkeys(rows))

    @cached_property
    def windows(self) -> frozenset[str]:
        """The digits of every row of neighbouring numbers."""
        return frozenset(window for numbers in self._numbers for window in _windows(numbers))

    @cached_property
    def words(self) -> frozenset[str]:
        """Words, what few neighbouring words make together, and both as read through digits that pass for letters."""
        found: set[str] = set()
        for text in (*self._texts, _without(self._flat, _CONNECTORS | _ARTICLES)):
            words = _WORD.findall(text)
            found.update(words)
            found.update(_rows(words))
        found.update([leet_letters(word) for word in found if not word.isalpha() and not word.isdigit()])
        found.update([leet_letters(word) for word in re.findall(r"\S*[@$!|]\S*", self._flat)])
        return frozenset(found)

    @cached_property
    def word_skeletons(self) -> frozenset[str]:
        """The words with letters that pass for one another made equal."""
        return frozenset(map(skeleton, self.words))

    @cached_property
    def sounds(self) -> frozenset[str]:
        """The sound of every word."""
        return frozenset(map(sound, self.words))

    @cached_property
    def masked(self) -> Sequence[MaskedWord]:
        """The words of which some signs are hidden."""
        return masked_words(self._flat)

    @cached_property
    def _numbers(self) -> tuple[Sequence[Number], ...]:
        return readings_of(self._flat)

    @cached_property
    def _texted(self) -> str:
        return with_texted_digits(self._flat)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        texts = (self._flat, self._texted, *(numbered(self._flat, numbers) for numbers in self._numbers))
        return tuple(dict.fromkeys(texts))

    @cached_property
    def _codes(self) -> str:
        """What looks like parts of a code: words of one sign, in capitals or with digits; and without small signs."""
        words = _WORD.findall(plain_letters(self._text))
        parts = [word for word in words if len(word) == 1 or word.isupper() or not word.isalpha()]
        rows = ("".join(parts), "".join(part for part in parts if not part.islower()))
        return _APART.join(_bare(flattened(row)) for row in rows)


def sound(word: str) -> str:
    """A flattened word as a Spanish or English ear takes it, so that `garsia` and `garcia` are equal."""
    plain = re.sub(r"ch", "x", word)
    plain = re.sub(r"ph", "f", plain)
    plain = re.sub(r"qu?|c(?![ei])|ck", "k", plain)
    plain = re.sub(r"g(?=[ei])", "j", plain)
    plain = re.sub(r"ll|y", "i", plain).replace("h", "")
    return collapsed(plain.translate(str.maketrans("czvw", "ssbb")))


def _bare(text: str) -> str:
    return _NOT_PLAIN.sub("", text)


def _without(text: str, words: Collection[str]) -> str:
    return " ".join(word for word in _WORD.findall(text) if word not in words)


def _without_repeated(text: str) -> str:
    """The text without the words that come again and again, whatever they are."""
    words = _WORD.findall(text)
    often = {word for word, times in Counter(words).items() if times >= _OFTEN and word.isalpha() and len(word) > 1}
    return _without(text, often)


def _initials(text: str) -> str:
    return "".join(word if word.isdigit() else word[0] for word in _WORD.findall(text))


def _rows(words: Sequence[str]) -> Iterable[str]:
    for start in range(len(words)):
        row, short = words[start], len(words[start]) <= _SHORT_PIECE
        for length in range(2, _SHORT_ROW):
            if start + length > len(words):
                break
            piece = words[start + length - 1]
            short = short and len(piece) <= _SHORT_PIECE
            if length > _ROW and not short:
                break
            row += piece
            yield row


def _windows(numbers: Sequence[Number]) -> Iterable[str]:
    for start in range(len(numbers)):
        window = ""
        for number in numbers[start : start + _LONGEST_WINDOW]:
            window += number.digits
            yield window
