"""Runs of digits: cards, account numbers, phones, and whatever the word before names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifier.personal_data.contacts import PhoneLine, phone_line
from classifier.personal_data.national_ids import is_named_national_id
from classifier.personal_data.payment import is_bank_account, is_card
from classifier.personal_data.scanned_text import Identifier, ScannedText, kind_before

_RUN = re.compile(
    r"(?<![\w@#$€£.,/:=&-])(?:\+ ?|\()*[0-9](?:(?:[ .()\-\u200b-\u200d\u2060\ufeff\u00ad]){0,3}[0-9])*(?![0-9]*\w*@)"
)
_GROUP = re.compile(r"[0-9]+")
_SHORTEST, _LONGEST = 5, 22
_AMOUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: 000)+|[0-9]+\.[0-9]{1,2}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_MONEY_AFTER = re.compile(
    r" ?(?:[$€£%]|euros?|pesos?|dolares|dollars?|pounds?|mxn|cop|usd|eur|mil|millones|millas|puntos|points|miles"
    r"|followers|seguidores)(?!\w)"
)
_DAY, _MONTH, _YEAR = "(?:[0-2]?[0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_DATE = re.compile(rf"{_YEAR}[-. ]{_MONTH}[-. ]{_DAY}|{_DAY}[-. ]{_MONTH}[-. ](?:{_YEAR}|[0-9]{{2}})")
_BIRTH_DATE = re.compile(r"(?<![\w/])[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?(?:19|20)?[0-9]{2}(?![\w/])")
_BIRTH_WORD = re.compile(r"naci|nasc|born|birth|dob")
_ACCOUNT_SHORTEST = 6
_MANY_GROUPS = 24
"""Groups above which a run is a table of numbers: only single groups and rows of four are looked at."""
_CARD_GROUPS = 4
"""A card is written as four groups of four."""
_NOTHING = "nothing"
_BOOKING_LONGEST = 13


@dataclass(frozen=True, kw_only=True)
class _Digits:
    """Some neighbouring groups of one run."""

    digits: str
    groups: tuple[int, ...]
    start: int
    end: int
    plus: bool
    whole: bool


def find_numbers(scanned: ScannedText) -> Iterator[Identifier]:
    """Identifiers that are digits alone, in groups or in one piece."""
    for run in _RUN.finditer(scanned.folded):
        if run.end() - run.start() >= _SHORTEST:
            yield from _in_run(scanned, run)


def find_birth_dates(scanned: ScannedText) -> Iterator[Identifier]:
    """Dates that a word before calls a birth."""
    if _BIRTH_WORD.search(scanned.folded) is None:
        return
    for met in _BIRTH_DATE.finditer(scanned.folded):
        if kind_before(scanned, met.start()) == "birth_date":
            yield Identifier(
                kind="birth_date", start=met.start(), end=met.end(), value=scanned.text[met.start() : met.end()]
            )


def _in_run(scanned: ScannedText, run: re.Match[str]) -> Iterator[Identifier]:
    groups = [met.span() for met in _GROUP.finditer(scanned.folded, run.start(), run.end())]
    named = kind_before(scanned, run.start())
    first = 0
    while first < len(groups):
        found, after = _longest_from(scanned, run, groups, first, named)
        if found is not None:
            yield found
        first = after


def _longest_from(
    scanned: ScannedText, run: re.Match[str], groups: list[tuple[int, int]], first: int, named: str
) -> tuple[Identifier | None, int]:
    """The longest identifier that begins with group `first`, and the group after it."""
    for stop in _stops(groups, first):
        digits = _digits(scanned, run, groups, first, stop)
        if len(digits.digits) < _SHORTEST:
            break
        found = _identified(scanned, digits, named)
        if found is not None:
            return found, stop
    return None, first + 1


def _stops(groups: list[tuple[int, int]], first: int) -> Iterable[int]:
    """Where identifiers that begin with group `first` may end, the longest first."""
    if len(groups) > _MANY_GROUPS:
        four = groups[first : first + _CARD_GROUPS]
        is_card_row = len(four) == _CARD_GROUPS and all(end - start == _CARD_GROUPS for start, end in four)
        if is_card_row:
            return (first + _CARD_GROUPS, first + 1)
        return (first + 1,) if groups[first][1] - groups[first][0] >= _SHORTEST else ()
    last, total = first, 0
    while last < len(groups) and total + groups[last][1] - groups[last][0] <= _LONGEST:
        total += groups[last][1] - groups[last][0]
        last += 1
    return range(last, first, -1)


def _digits(scanned: ScannedText, run: re.Match[str], groups: list[tuple[int, int]], first: int, stop: int) -> _Digits:
    chosen = groups[first:stop]
    start = run.start() if first == 0 else chosen[0][0]
    digits = "".join(scanned.folded[begin:finish] for begin, finish in chosen)
    international = digits.startswith("00") and len(digits) > 10
    return _Digits(
        digits=digits[2:] if international else digits,
        groups=tuple(finish - begin for begin, finish in chosen),
        start=start,
        end=chosen[-1][1],
        plus=scanned.folded.startswith("+", start) or international,
        whole=first == 0 and stop == len(groups),
    )


def _identified(scanned: ScannedText, number: _Digits, named: str) -> Identifier | None:
    kind, line = _kind(scanned, number, named), None
    if not kind:
        line = _phone_line(scanned, number, named)
        kind = "phone" if line is not None else ""
    if not kind or kind == _NOTHING:
        return None
    return Identifier(
        kind=kind,
        start=number.start,
        end=number.end,
        value=scanned.text[number.start : number.end],
        public=line is PhoneLine.SERVICE,
        mobile=line is PhoneLine.MOBILE,
    )


def _kind(scanned: ScannedText, number: _Digits, named: str) -> str:
    """The kind of a number that is no phone; `_NOTHING` for a quantity, empty where a phone remains possible."""
    digits = number.digits
    if is_card(digits, groups=number.groups, named=named == "card"):
        return "card"
    if is_bank_account(digits, market=scanned.market, named=named in {"account", "card"}):
        return "account"
    if named != "national_id" and _is_quantity(scanned, number):
        return _NOTHING
    if not number.whole or number.plus:
        return ""
    if len(number.groups) > 1 and _phone_line(scanned, number, "") is not None:
        return ""
    return _named_kind(digits, named)


def _named_kind(digits: str, named: str) -> str:
    """What the word before makes of digits that no check recognises."""
    if named == "national_id" and is_named_national_id(digits):
        return "national_id"
    if named == "booking" and _ACCOUNT_SHORTEST <= len(digits) <= _BOOKING_LONGEST:
        return "booking"
    if named == "account" and len(digits) >= _ACCOUNT_SHORTEST:
        return "account"
    return ""


def _phone_line(scanned: ScannedText, number: _Digits, named: str) -> PhoneLine | None:
    if named in {"other", "booking", "account"} and not number.plus and len(number.groups) == 1:
        return None
    return phone_line(
        number.digits,
        groups=number.groups,
        plus=number.plus,
        market=scanned.market,
        named=named == "phone" and number.whole,
    )


def _is_quantity(scanned: ScannedText, number: _Digits) -> bool:
    """Whether the digits are an amount, a count or a date."""
    if number.plus:
        return False
    written = scanned.folded[number.start : number.end]
    if _AMOUNT.fullmatch(written) or _DATE.fullmatch(written):
        return True
    after = scanned.folded[number.end : number.end + 12]
    return bool(_MONEY_AFTER.match(after))
