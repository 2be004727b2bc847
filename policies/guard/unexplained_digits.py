"""Digits of a text that no hour, date, amount or quantity explains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.guard.numbers import Number, numbers_in

TOO_MANY = 7
"""Digits from which they may be a telephone, document, account or card, however they are parted."""
SUSPICIOUS = 4
"""Digits left over from which years and dates are no longer believed."""
_NEAR = 8
"""Signs between two numbers of a row."""
_ROW = 4
_UNIT = (
    r"%|por ciento|percent|h|hs|hrs?|horas?|hours?|min|mins|minutos?|minutes?|seg|segundos|seconds?|dias?|days?"
    r"|semanas?|weeks?|mes|meses|months?|anos?|years?|euros?|eur|usd|mxn|gbp|pesos?|dolares|dollars?|pounds?|mil"
    r"|millones|million|km|kg|kgs|kilos?|gb|mb|mbps|cm|mm|ml|lbs?|miles|millas|puntos|points|veces|times|pasos|steps"
    r"|digitos?|digits?|numeros|characters|caracteres|letras|personas|people|msi|mensualidades|st|nd|rd|th|am|pm"
    r"|a\.? ?m\.?|p\.? ?m\.?"
)
_MONTH = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre|january|february"
    "|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_NTH = "(?:st|nd|rd|th)?"
_MONEY = "(?:[€$£]|euros?|pesos?|usd|mxn|dolares|dollars?|pounds?)"
_FORMAL: Sequence[tuple[re.Pattern[str], int]] = (
    # what its form makes ordinary, and how many of it a text may hold before the rest counts: hours, dates, amounts
    (re.compile(r"(?<![\w:.,])(?:[01]?[0-9]|2[0-4])[:.](?:00|15|30|45|59)(?![\d:])"), 8),
    (re.compile(r"(?<![\w:.,])(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?![\d:])"), 2),
    (
        re.compile(
            rf"(?<!\w)(?:[0-9]{{1,2}}{_NTH} (?:de |of )?(?:{_MONTH})|(?:{_MONTH})\.? [0-9]{{1,2}}{_NTH})(?!\w)"
            r"(?:,?(?: del?| of)? (?:19|20)[0-9]{2}(?![\w/-]|[.,][0-9]))?"
        ),
        3,
    ),
    (re.compile(r"(?:[$€£]|usd|mxn|eur|gbp) ?[0-9]{1,3}(?:[., ]?[0-9]{3}){0,2}(?:[.,][0-9]{1,2})?(?![\d.,]*\d)"), 3),
    (re.compile(rf"(?<![\w.,])[0-9]{{1,3}}(?:[.,][0-9]{{3}}){{0,2}}(?:[.,][0-9]{{1,2}})? ?{_MONEY}(?!\w)"), 3),
    (re.compile(r"(?<!\w)c\.? ?p\.? ?[0-9]{5}(?=,|\.|$)"), 1),
)
_MEASURED: Sequence[tuple[re.Pattern[str], int]] = (
    (
        re.compile(
            r"(?<![\w.,:-])[0-9]{1,3}(?:[.,][0-9]{1,2})?(?: ?(?:a|o|-|to|y|or) ?[0-9]{1,3})?"
            rf" ?(?:{_UNIT})(?!\w)"
        ),
        4,
    ),
)
_LIKELY: Sequence[tuple[re.Pattern[str], int]] = (
    # what may be ordinary while little else is left: dates in figures, years, postal codes, models, hashtags
    (re.compile(rf"(?<![^\s(¿¡]){_DAY}[/.-](?:0?[1-9]|1[0-2])(?:[/.-](?:20)?[0-9]{{2}})?(?![^\s.,;:)!?])"), 2),
    (re.compile(r"(?<![\w.,/-])(?:19|20)[0-9]{2}(?![\w/-]|[.,]\d)"), 4),
    (re.compile(r"(?<=, )[0-9]{5}(?=,|\.|$)"), 1),
    (re.compile(r"(?<!\w)24 ?[/x*] ?7(?:/365)?(?!\w)"), 2),
    (re.compile(r"(?<!\w)[a-z]{2}[0-9]{3,4}(?!\w)"), 2),
    (re.compile(r"(?<!\w)[a-z]{3,}-?[0-9]{1,3}(?!\w)"), 2),
    (re.compile(r"#[a-z]{4}\w{0,30}(?!\w)"), 2),
)


_ANNOUNCED = re.compile(
    r"\b(?:dni|nif|nie|documento|document|pasaporte|passport|cedula|curp|ssn|expediente|folio)\b"
    r"(?P<after>[^.!?;\n]{1,50})"
)
"""Words before a number that say that it is somebody's: then years and measures are no longer believed."""


def unexplained_digits(text: str) -> int:
    """How many digits of a flattened text are left over, whatever stands between them, beside the ordinary ones.

    Hours, amounts, measures and days are ordinary. Years, dates in figures and models are too while fewer than
    `SUSPICIOUS` digits are left beside them. Numbers in words count; a word that is also ordinary (`una`, `once`) only
    beside another number. After a word that announces somebody's number only hours, amounts and days in words are
    ordinary.
    """
    formal = _without(text, _FORMAL)
    announced = max((_digits_in(met["after"]) for met in _ANNOUNCED.finditer(formal)), default=0)
    if announced >= TOO_MANY:
        return announced
    sure = _without(formal, _MEASURED)
    left = _digits_in(_without(sure, _LIKELY))
    return left if left < SUSPICIOUS else _digits_in(sure)


def _without(text: str, ordinary: Sequence[tuple[re.Pattern[str], int]]) -> str:
    for pattern, most in ordinary:
        text = pattern.sub(" ; ", text, count=most)
    return text


def _digits_in(text: str) -> int:
    numbers = [number for number in numbers_in(text) if not number.month]
    return sum(_digits_of(row) for row in _rows(numbers))


def _rows(numbers: Sequence[Number]) -> Iterator[Sequence[Number]]:
    """Numbers that stand near one another."""
    row: list[Number] = []
    for number in numbers:
        if row and number.start - row[-1].end > _NEAR:
            yield row
            row = []
        row.append(number)
    yield row


def _digits_of(row: Sequence[Number]) -> int:
    """The digits of a row; its ordinary words count from the fourth number, or beside one that is not ordinary."""
    counted = row if len(row) >= _ROW else [number for place, number in enumerate(row) if _counts(row, place)]
    return sum(len(number.digits) for number in counted)


def _counts(row: Sequence[Number], place: int) -> bool:
    beside = (*row[max(0, place - 1) : place], *row[place + 1 : place + 2])
    return not row[place].common or any(other.spelled and not other.common for other in beside)
