"""Numbers and dates of a text: in digits, in words (Spanish, English), or in letters that pass for digits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from policies.guard.obfuscation import collapsed, leet_letters

_UNITS = {
    "cero": 0, "uno": 1, "una": 1, "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15,
    "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21,
    "veintiun": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
    "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "cien": 100, "ciento": 100, "doscientos": 200,
    "doscientas": 200, "trescientos": 300, "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400,
    "quinientos": 500, "quinientas": 500, "seiscientos": 600, "seiscientas": 600, "setecientos": 700,
    "setecientas": 700, "ochocientos": 800, "ochocientas": 800, "novecientos": 900, "novecientas": 900,
    "zero": 0, "oh": 0, "nought": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_DIGIT_NAMES = {
    # ordinals, and digits of neighbouring languages
    0: "nulo nul null zerro",
    1: "primero primera primer first um uma u ein eins erste premier unu",
    2: "segundo segunda second dois duas dues deux due zwei deuxieme",
    3: "tercero tercera tercer third trois tre drei terceiro tercer",
    4: "cuarto cuarta fourth quatro quatre quattro vier",
    5: "quinto quinta fifth cinc cinq cinque funf fuenf",
    6: "sexto sexta sixth sis sei sechs",
    7: "septimo septima seventh sete set sept sette sieben",
    8: "octavo octava eighth oito vuit huit otto acht",
    9: "noveno novena ninth nove nou neuf neun",
}
"""Words that stand for a digit only in a row of them."""
_HUNDRED = "hundred"
_THOUSAND = frozenset({"mil", "thousand"})
_TIMES = {"doble": 2, "double": 2, "triple": 3, "treble": 3}
_MONTHS = {
    "enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8,
    "septiembre": 9, "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12, "january": 1, "february": 2,
    "march": 3, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11,
    "december": 12, "ene": 1, "feb": 2, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9, "oct": 10,
    "nov": 11, "dic": 12, "jan": 1, "apr": 4, "aug": 8, "dec": 12,
}  # fmt: skip
_COMMON = frozenset({"un", "una", "uno", "one", "once", "mil", "ten", "oh", "nil", "doble", "double", "triple"})
"""Words that seldom stand for a digit; alone they are not counted as one."""
_WORD_VALUES = {collapsed(word): value for word, value in _UNITS.items()}
_WORD_MONTHS = {collapsed(word): month for word, month in _MONTHS.items()}
_ROW_VALUES = {collapsed(word): digit for digit, words in _DIGIT_NAMES.items() for word in words.split()}
_NAMES = frozenset({*_WORD_VALUES, *_WORD_MONTHS, *_ROW_VALUES, *_THOUSAND, *_TIMES, _HUNDRED})
_GLUEABLE = sorted((word for word in _UNITS if len(word) > 2), key=len, reverse=True)
_GLUED_WORD = re.compile("|".join(_GLUEABLE))
_GLUED = re.compile(rf"(?:{'|'.join(_GLUEABLE)}){{2,}}")
_ENDINGS = {
    str(digit): frozenset(
        word[cut:] for word, value in _UNITS.items() if value == digit for cut in range(1, len(word) - 1)
    )
    for digit in range(10)
}
_TEXTED = re.compile(r"(?<![^\W_])([0-9])([a-z]{2,5})(?![^\W_])")
_TOKEN = re.compile(r"[^\W_]+(?:[@$!|]+[^\W_]+)*")
_DIGITS = re.compile(r"[0-9]+")
_LETTER_DIGITS = str.maketrans("oqdilzeasgtb|!$@", "0001123456781154")
_PASSING_FOR_DIGITS = re.compile(r"(?=[^0-9]*[0-9])[0-9oqdilzeasgtb|!$@]{2,}")
_JOINTS = {
    "loosely": re.compile(r"[\s-]*(?:(?:y|and)[\s-]+)?"),
    "tightly": re.compile(r"-|\s+(?:y|and)\s+"),
}
_LONGEST_GLUED = 200
_YEAR_FIRST = re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-/. ](?P<month>[0-9]{1,2})[-/. ](?P<day>[0-9]{1,2})(?![0-9])")
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})[-/. ]{1,3}(?P<month>[0-9]{1,2})[-/. ]{1,3}(?P<year>(?:19|20)?[0-9]{2})(?![0-9])"
)
_TIME = re.compile(r"t?[\s,]*(?:[0-9:.+z]|utc)*")


_WORD_VALUES |= _UNITS


_WORD_MONTHS |= _MONTHS


@dataclass(frozen=True, kw_only=True)
class Number:
    """Digits as they stand or are spelled in a text; `start` and `end` are places in its flattened form."""

    digits: str
    start: int
    end: int
    spelled: bool = False
    common: bool = False
    """A word such as `una` or `once` that seldom stands for a digit."""
    month: bool = False


class NumberJoining(StrEnum):
    """When neighbouring number words are one number."""

    LOOSELY = "loosely"
    """`ninety one` is 91."""
    TIGHTLY = "tightly"
    """Only `ninety-one` and `noventa y uno` are 91; `ninety one` is 90 and 1."""
    NEVER = "never"


def numbers_in(text: str, *, joining: NumberJoining = NumberJoining.LOOSELY) -> tuple[Number, ...]:
    """The numbers of a text given flattened, in order; number words are put together as `joining` says."""
    return _joined(text, _found(text), joining)


def readings_of(text: str) -> tuple[tuple[Number, ...], ...]:
    """The numbers of a text given flattened, by every `NumberJoining`; equal readings once."""
    found = _found(text)
    return tuple(dict.fromkeys(_joined(text, found, joining) for joining in NumberJoining))


def numbered(text: str, numbers: Sequence[Number]) -> str:
    """`text`, flattened, with its numbers written in digits."""
    pieces, at = [], 0
    for number in numbers:
        pieces += [text[at : number.start], number.digits]
        at = number.end
    return "".join([*pieces, text[at:]])


def with_inner_numbers(text: str) -> str:
    """A flattened text with every number word in digits, also where it stands within other letters."""
    return _GLUED_WORD.sub(lambda met: str(_UNITS[met.group()]), text)


def with_texted_digits(text: str) -> str:
    """A flattened text with digits that begin their own word, as `2os` and `4tro`, in digits alone."""
    return _TEXTED.sub(lambda met: met[1] if met[2] in _ENDINGS[met[1]] else met[0], text)


def glued_number_words(letters: str, *, fewest: int) -> bool:
    """Whether `fewest` number words stand in a row in a text of letters alone."""
    return any(len(_GLUED_WORD.findall(met.group())) >= fewest for met in _GLUED.finditer(letters))


@dataclass(frozen=True, kw_only=True)
class _Word(Number):
    value: int = 0
    times: int = 0
    multiplies: int = 0


def _found(text: str) -> tuple[Number, ...]:
    return tuple(number for met in _TOKEN.finditer(text) for number in _of_token(met))


def _joined(text: str, found: Sequence[Number], joining: NumberJoining) -> tuple[Number, ...]:
    if joining is NumberJoining.NEVER or not any(isinstance(number, _Word) for number in found):
        return tuple(map(_plain, found))
    return tuple(_composed(text, found, _JOINTS[joining]))


def _of_token(met: re.Match[str]) -> Iterator[Number]:
    token, start, end = met.group(), *met.span()
    if token.isdigit():
        yield Number(digits=token, start=start, end=end)
    elif token.isalpha():
        yield from _of_word(token, start, end)
    elif (value := _WORD_VALUES.get(collapsed(leet_letters(token)))) is not None:
        yield _Word(digits=str(value), start=start, end=end, spelled=True, value=value)
    elif _PASSING_FOR_DIGITS.fullmatch(token):
        yield Number(digits=token.translate(_LETTER_DIGITS), start=start, end=end)
    else:
        for one in _DIGITS.finditer(token):
            yield Number(digits=one.group(), start=start + one.start(), end=start + one.end())


def _of_word(word: str, start: int, end: int) -> Iterator[Number]:
    key = word if word in _NAMES else collapsed(word)
    if key not in _NAMES:
        if len(word) <= _LONGEST_GLUED and _GLUED.fullmatch(word):
            digits = "".join(str(_UNITS[one]) for one in _GLUED_WORD.findall(word))
            yield Number(digits=digits, start=start, end=end, spelled=True)
    elif key in _WORD_VALUES:
        value = _WORD_VALUES[key]
        yield _Word(digits=str(value), start=start, end=end, spelled=True, common=word in _COMMON, value=value)
    elif key in _ROW_VALUES:
        yield Number(digits=str(_ROW_VALUES[key]), start=start, end=end, spelled=True, common=True)
    elif word == _HUNDRED or word in _THOUSAND:
        by = 100 if word == _HUNDRED else 1000
        yield _Word(digits=str(by), start=start, end=end, spelled=True, common=word in _COMMON, multiplies=by)
    elif word in _TIMES:
        yield _Word(digits="", start=start, end=end, spelled=True, common=True, times=_TIMES[word])
    elif key in _WORD_MONTHS:
        yield Number(digits=f"{_WORD_MONTHS[key]:02}", start=start, end=end, month=True, spelled=True, common=True)


def _plain(number: Number) -> Number:
    return Number(
        digits=number.digits,
        start=number.start,
        end=number.end,
        spelled=number.spelled,
        common=number.common,
        month=number.month,
    )


def _composed(text: str, numbers: Sequence[Number], joint: re.Pattern[str]) -> Iterator[Number]:
    for _, row in groupby(numbers, key=lambda number: isinstance(number, _Word)):
        row_of_one_sort = tuple(row)
        words = [number for number in row_of_one_sort if isinstance(number, _Word)]
        yield from _compositions(text, words, joint) if words else row_of_one_sort


def _compositions(text: str, words: Sequence[_Word], joint: re.Pattern[str]) -> Iterator[Number]:
    """Cardinals made of neighbouring words; a word that does not go on with the number before begins another."""
    open_number: list[_Word] = []
    for word in words:
        joined = bool(open_number) and joint.fullmatch(text, open_number[-1].end, word.start) is not None
        if open_number and not (joined and _goes_on(open_number, word)):
            yield _closed(open_number)
            open_number = []
        open_number.append(word)
    if open_number:
        yield _closed(open_number)


def _goes_on(before: Sequence[_Word], word: _Word) -> bool:
    last = before[-1]
    if last.times:
        return word.value < 10 and not word.multiplies and not word.times
    if word.times or any(one.times for one in before):
        return False
    if word.multiplies:
        value = _value(before)
        return 0 < value < (10 if word.multiplies == 100 else 1000)
    if last.multiplies == 1000:
        return word.value > 0
    if last.multiplies == 100 or (last.value >= 100 and last.value % 100 == 0):
        return 0 < word.value < 100
    return 20 <= last.value < 100 and last.value % 10 == 0 and 0 < word.value < 10


def _closed(words: Sequence[_Word]) -> Number:
    first, last = words[0], words[-1]
    digits = str(last.value) * first.times if first.times and len(words) > 1 else str(_value(words))
    return Number(
        digits="" if first.times and len(words) == 1 else digits,
        start=first.start,
        end=last.end,
        spelled=True,
        common=len(words) == 1 and first.common,
    )


def _value(words: Sequence[_Word]) -> int:
    whole = group = 0
    for word in words:
        if word.multiplies == 1000:
            whole, group = (group or 1) * 1000, 0
        elif word.multiplies:
            group = (group or 1) * 100
        else:
            group += word.value
    return whole + group


def digits_of_date(text: str) -> tuple[str, ...]:
    """What the digits of a flattened `text` that is a date may become; empty where it is none.

    Day, month and year in their usual orders, padded or not, with the century or without; and day and month alone.
    A time behind the date is left aside.
    """
    met = _YEAR_FIRST.match(text) or _DAY_FIRST.match(text)
    if met is not None and _TIME.fullmatch(text, met.end()):
        return _orders(met["year"], int(met["month"]), int(met["day"]))
    numbers = numbers_in(text)
    months = [number for number in numbers if number.month]
    if len(months) != 1 or len(numbers) not in {2, 3}:
        return ()
    others = [number.digits for number in numbers if not number.month]
    years = [digits for digits in others if len(digits) == 4]
    days = [digits for digits in others if len(digits) <= 2]
    if len(days) != 1 or len(years) != len(others) - 1:
        return ()
    return _orders(years[0] if years else "", int(months[0].digits), int(days[0]))


def _orders(year: str, month: int, day: int) -> tuple[str, ...]:
    if not (1 <= month <= 31 and 1 <= day <= 31):
        return ()
    days = {str(day), f"{day:02}"}
    months = {str(month), f"{month:02}"}
    found: set[str] = {f"{day:02}{month:02}", f"{month:02}{day:02}", f"{day}{month:02}"}
    for one_year in {year, year[-2:]} - {""}:
        for one_day in days:
            for one_month in months:
                found.update(
                    (one_day + one_month + one_year, one_month + one_day + one_year, one_year + one_month + one_day)
                )
    return tuple(sorted(form for form in found if len(form) > 2))
