"""Protected values, read in a customer record or a room, found in an outgoing text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import dropwhile, pairwise, takewhile

from policies.guard.numbers import digits_of_date
from policies.guard.obfuscation import collapsed, comparison_form, flattened, skeleton, unstretched
from policies.guard.value_spellings import ValueSpellings, sound

MOST_VALUES = 2_000
"""Values above which nothing is compared any more: the caller holds the text."""
_SHORTEST = 3
_SHORTEST_INSIDE = 6
"""Characters from which a value is looked for inside other words too; shorter ones are compared word by word."""
_SHORTEST_REVERSED = 4
_SHORTEST_SOUND = 5
_FEWEST_CONSONANTS = 4
_NUMBER_LENGTH = 8
_PIECE = 6
"""Neighbouring digits of a long number that identify it."""
_LAST_DIGITS = 4
_LONGEST_VALUE = 300
_MOST_WORDS = 8
_MOST_NAME_WORDS = 5
_PAIR = 8
_STREET_WORDS = 3
"""Words of an address that name its street."""
_STRANGE_LETTERS = 4
"""Letters that a number may hold (`ES`, `MX`, a control letter) and still be one."""
_WORD = re.compile(r"[^\W_]+")
_VOWELS = re.compile(r"[aeiou]+")
_PARTICLES_TEXT = """
    de del la las los el y i e da do dos das van von der den di san santa the of and calle avenida avda paseo
    plaza street road avenue piso planta puerta numero num sr sra don dona mr mrs ms
"""
_PARTICLES = frozenset(_PARTICLES_TEXT.split())
_STREETS = frozenset({"calle", "avenida", "avda", "paseo", "plaza", "street", "road", "avenue", "lane"})
_AMOUNT = re.compile(
    r"\W{0,3}(?:eur|euros?|usd|mxn|gbp|[$€£])?\s?(?P<whole>[0-9]{1,3}(?:[., ][0-9]{3})+|[0-9]+)[.,](?P<cents>[0-9]{2})"
    r"\s?(?:[$€£]|euros?|eur|usd|mxn|gbp|pesos?|dolares|dollars|pounds)?\W{0,3}"
)
_UNIT = re.compile(
    r"(?<=[0-9])\s?(?:euros?|eur|usd|mxn|gbp|pesos?|dolares|dollars|pounds)\b|\b(?:eur|usd|mxn|gbp)\s?(?=[0-9])"
)


class _How(Enum):
    INSIDE = auto()
    """Anywhere among letters and digits."""
    WORD = auto()
    NUMBER = auto()
    """Among digits, whatever stands between them."""
    WHOLE_NUMBER = auto()
    """One number, or several neighbouring ones, and no more."""
    SOUND = auto()


@dataclass(frozen=True, kw_only=True)
class _Trace:
    """A part of a value that identifies it, and how it is looked for."""

    form: str
    how: _How


def repeats_protected_value(text: str, *, protected_values: Sequence[str], published: Sequence[str]) -> bool:
    """Whether `text` repeats one of `protected_values`, however spelled, that the person has not published themself.

    Compared after folding case, accents, spaces, punctuation, invisible and look-alike characters, letters and digits
    that pass for one another, repeated letters, numbers spelled in Spanish or English, words put between the parts,
    and the direction of writing. Of a name every word counts, also as it sounds or without its vowels; of a long
    number any six neighbouring digits and its last four; of a date its every order; of a mailbox its local part.
    Values under three letters or digits cannot be told from ordinary words and are not looked for.
    Raises ValueError where there are more than `MOST_VALUES`.
    """
    if len(protected_values) > MOST_VALUES:
        raise ValueError("too many values")
    if not protected_values:
        return False
    said = ValueSpellings(text)
    by_person = [ValueSpellings(one) for one in published]
    traces = dict.fromkeys(trace for value in protected_values for trace in _traces(value))
    return any(_holds(said, trace) and not any(_tells(one, trace) for one in by_person) for trace in traces)


def _tells(published: ValueSpellings, trace: _Trace) -> bool:
    """Whether the person has published it: a word may also be part of a longer one, as in a handle."""
    if trace.how is _How.WORD and len(trace.form) >= _SHORTEST_REVERSED and trace.form in published.letters:
        return True
    if trace.how is _How.SOUND and trace.form in sound(published.letters):
        return True
    return _holds(published, trace)


def _holds(said: ValueSpellings, trace: _Trace) -> bool:
    return _says(said, trace) or any(word.hides(trace.form) for word in said.masked)


def _says(said: ValueSpellings, trace: _Trace) -> bool:
    form = trace.form
    match trace.how:
        case _How.INSIDE:
            bones = skeleton(form)
            short, shortest = skeleton(unstretched(form)), collapsed(bones)
            return (
                bones in said.skeletons
                or bones[::-1] in said.skeletons
                or (len(short) >= _SHORTEST_INSIDE and (short in said.unstretched or short[::-1] in said.unstretched))
                or (len(shortest) >= _SHORTEST_INSIDE and shortest in said.collapsed)
                or said.holds_parts(form)
            )
        case _How.NUMBER:
            return form in said.digits or form[::-1] in said.digits or skeleton(form) in said.skeletons
        case _How.WHOLE_NUMBER:
            long = len(form) >= _SHORTEST_REVERSED
            return form in said.windows or (
                long and (form[::-1] in said.windows or skeleton(form) in said.word_skeletons)
            )
        case _How.SOUND:
            return form in said.sounds
        case _How.WORD:
            return form in said.words or (len(form) >= _SHORTEST_REVERSED and form[::-1] in said.words)


def _traces(value: str) -> Iterator[_Trace]:
    flat = flattened(value[:_LONGEST_VALUE]).strip()
    bare = _UNIT.sub("", flat)
    whole = comparison_form(bare)
    if len(whole) < _SHORTEST:
        return
    dates = digits_of_date(flat)
    if dates:
        yield from (_Trace(form=date, how=_How.WHOLE_NUMBER) for date in dates)
    elif whole.isdigit():
        yield from _of_number(whole)
        yield from _of_amount(flat)
    elif any(map(str.isdigit, whole)):
        yield from _of_code(bare, whole)
    else:
        yield from _of_name(bare, whole)
    if "@" in flat:
        yield _inside_or_word(comparison_form(flat.partition("@")[0]))


def _inside_or_word(form: str) -> _Trace:
    return _Trace(form=form, how=_How.INSIDE if len(form) >= _SHORTEST_INSIDE else _How.WORD)


def _of_number(digits: str) -> Iterator[_Trace]:
    if len(digits) < _PIECE:
        yield _Trace(form=digits, how=_How.WHOLE_NUMBER)
        return
    if len(digits) < _NUMBER_LENGTH:
        yield _Trace(form=digits, how=_How.NUMBER)
        return
    for start in range(len(digits) - _PIECE + 1):
        yield _Trace(form=digits[start : start + _PIECE], how=_How.NUMBER)
    yield _Trace(form=digits[-_LAST_DIGITS:], how=_How.WHOLE_NUMBER)


def _of_amount(flat: str) -> Iterator[_Trace]:
    met = _AMOUNT.fullmatch(flat)
    if met is None:
        return
    whole = comparison_form(met["whole"])
    if len(whole) >= _LAST_DIGITS or (met["cents"] == "00" and len(whole) >= _SHORTEST):
        yield _Trace(form=whole, how=_How.WHOLE_NUMBER)


def _of_code(flat: str, whole: str) -> Iterator[_Trace]:
    yield _inside_or_word(whole)
    digits = "".join(letter for letter in whole if letter.isdigit())
    if len(digits) >= _NUMBER_LENGTH - 1 and len(whole) - len(digits) <= _STRANGE_LETTERS:
        yield from _of_number(digits)
    every_word = _WORD.findall(flat)[:_MOST_WORDS]
    named = list(takewhile(str.isalpha, dropwhile(str.isdigit, every_word)))
    if not _STREETS.isdisjoint(named) and len("".join(named)) >= _PAIR:
        yield _Trace(form="".join(named[:_STREET_WORDS]), how=_How.INSIDE)
    words = [word for word in every_word if word not in _PARTICLES]
    for before, after in pairwise(words):
        is_word = before.isalpha() and len(before) >= _SHORTEST
        if is_word and after.isdigit():
            yield _Trace(form=before + after, how=_How.WORD)
        elif is_word and after.isalpha() and len(before + after) >= _PAIR:
            yield _Trace(form=before + after, how=_How.INSIDE)


def _of_name(flat: str, whole: str) -> Iterator[_Trace]:
    yield _inside_or_word(whole)
    words = [word for word in _WORD.findall(flat)[: _MOST_WORDS + 1] if word not in _PARTICLES]
    if len(words) > _MOST_NAME_WORDS:
        return
    for word in words:
        if len(word) >= _SHORTEST:
            yield _Trace(form=word, how=_How.WORD)
        if len(word) >= _SHORTEST_SOUND:
            yield _Trace(form=sound(word), how=_How.SOUND)
        consonants = _VOWELS.sub("", word)
        if len(consonants) >= _FEWEST_CONSONANTS:
            yield _Trace(form=consonants, how=_How.WORD)
    yield from (
        _Trace(form=first + second, how=_How.INSIDE)
        for first, second in pairwise(words)
        if len(first + second) >= _PAIR
    )
    yield from (_Trace(form=word, how=_How.INSIDE) for word in words if len(word) >= _PAIR)
