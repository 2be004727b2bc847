"""Finds the numbers of payment cards in a folded text, however they are spaced. Pure.

A number counts where its check digit is right (Luhn, ISO/IEC 7812-1) and its first digits and length are those of an
issuer. Lengths that phones, tickets and parcels have too need a word for a card before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR = r"[\s\-._·•/\\,|:*~']"
_RUN = re.compile(rf"\d(?:{_SEPARATOR}{{0,3}}\d){{11,}}")
_GROUP = re.compile(r"\d+")
_FEWEST, _MOST = 12, 19
_CARD_WORD = re.compile(
    r"(?:tarjetas?|cards?|visa|master ?card|amex|american express|maestro|diners|\bpan)\b[^\d]{0,40}$"
)
_GLUED_CARD_WORD = re.compile(r"(?:tarjeta|card|visa|mastercard|amex|maestro)$")
_REFERENCE = re.compile(
    r"\b(?:pedido|orden|order|reserva|booking|reservation|referencia|reference|ref|localizador|locator|billete|ticket|"
    r"factura|invoice|expediente|incidencia|caso|case|seguimiento|tracking|envio|parcel|paquete|imei|poliza|policy)\b"
    r"[\s.:#º-]*(?:n[oº.]{0,2}|num(?:ero|ber)?|number|de|es|is)?[\s.:#º-]*$"
)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}")
_MOST_BEFORE = 60


@dataclass(frozen=True, kw_only=True)
class CardNumber:
    """The position of a card number in the folded text, and its last digits."""

    start: int
    end: int
    last_four: str


def card_numbers(text: str) -> Iterator[CardNumber]:
    """Every card number of a folded text, in order, none overlapping another."""
    accounts = [span for found in _IBAN.finditer(text) if (span := _account(found))]
    for run in _RUN.finditer(text):
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in _GROUP.finditer(run[0])]
        yield from _in_groups(text, groups, accounts)


def _in_groups(text: str, groups: list[tuple[int, int]], accounts: list[tuple[int, int]]) -> Iterator[CardNumber]:
    first = 0
    while first < len(groups):
        for last in _last_groups(groups, first):
            start, end = groups[first][0], groups[last][1]
            if _is_card(text, groups[first : last + 1]) and not any(a < end and start < b for a, b in accounts):
                digits = "".join(text[a:b] for a, b in groups[first : last + 1])
                yield CardNumber(start=start, end=end, last_four=digits[-4:])
                first = last
                break
        first += 1


def _last_groups(groups: list[tuple[int, int]], first: int) -> list[int]:
    """The groups with which a number that begins at `first` may end, the longest number first."""
    digits, found = 0, []
    for last in range(first, len(groups)):
        digits += groups[last][1] - groups[last][0]
        if digits > _MOST:
            break
        if digits >= _FEWEST:
            found.append(last)
    return found[::-1]


def _is_card(text: str, groups: list[tuple[int, int]]) -> bool:
    start, end = groups[0][0], groups[-1][1]
    digits = "".join(text[a:b] for a, b in groups)
    if not _passes_luhn(digits):
        return False
    before = text[max(0, start - _MOST_BEFORE) : start]
    if _CARD_WORD.search(before) or _GLUED_CARD_WORD.search(before):
        return True
    if before.endswith("+") or before[-1:].isalpha() or text[end : end + 1].isalpha() or _REFERENCE.search(before):
        return False
    return _has_issuer(digits) and _is_spaced_like_a_card(text[start:end], [b - a for a, b in groups])


def _is_spaced_like_a_card(written: str, sizes: list[int]) -> bool:
    regular = len(set(sizes[:-1])) <= 1 and sizes[-1] <= sizes[0]
    if regular or sizes in ([4, 6, 5], [4, 6, 4]):
        # 4.111.111... is an amount; groups of three are telephones.
        return len(sizes) == 1 or sizes[0] != 3
    thousands = sizes[0] < 4 and set(sizes[1:]) == {3}
    return not thousands and not re.search(r"[/:,\n]", written) and max(sizes) < 9


def _has_issuer(digits: str) -> bool:
    length, two, four = len(digits), int(digits[:2]), int(digits[:4])
    if length == 14:
        return two in {36, 38, 39} or 3000 <= four <= 3059
    if length == 15:
        return two in {34, 37}
    if length not in {16, 19}:
        return False
    if digits[0] == "4" or two == 62 or 3528 <= four <= 3589:
        return True
    if length == 19:
        return False
    return 51 <= two <= 55 or 2200 <= four <= 2204 or 2221 <= four <= 2720 or two in {50, 56, 57, 58, *range(60, 70)}


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


def _account(found: re.Match[str]) -> tuple[int, int] | None:
    """The position of an IBAN (ISO 13616, mod 97); None where it is none."""
    written = found[0]
    for end in range(len(written), 14, -1):
        compact = re.sub(r"[ -]", "", written[:end])
        if len(compact) < 15:
            return None
        turned = compact[4:] + compact[:4]
        if int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1:
            return found.start(), found.start() + end
    return None
