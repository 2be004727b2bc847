"""Booking references and account, order or case numbers that mix letters and digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.personal_data.scanned_text import KIND_REACH, Identifier, ScannedText, kind_before

_MIXED = re.compile(
    r"(?<![\w@/.])#?(?=[a-z0-9-]{0,30}[0-9])(?=[a-z0-9-]{0,30}[a-z])[a-z0-9]+(?:-[a-z0-9]+){0,5}(?![\w@/]|\.\w)"
)
_NUMBERED = re.compile(r"(?<![\w@/.])[0-9]{3}-[0-9]{7}-[0-9]{7}(?!\w)")
_SIX_LETTERS = re.compile(r"(?<![\w@/.])#?[a-z]{6}(?![\w@/-])")
_LOCATOR_LENGTH = 6
_FLIGHT = re.compile(r"[a-z]{2}[0-9]{3,4}|[a-z][0-9][0-9]{3,4}|[0-9][a-z][0-9]{3,4}")
_MEASURE = re.compile(
    r"(?:usd|eur|gbp|aud|cad|mxn|cop|clp|ars|pen|inr|rs)[0-9]+|[0-9]+(?:[a-z]{1,3}|st|nd|rd|th|min|mins|hrs|horas|gb|mb|kg|cm|mins)"
)
_CHANGES = re.compile(r"(?<=[0-9])[a-z]|(?<=[a-z])[0-9]")
_INTERLEAVED = 2
_POINTED_AT = re.compile(
    r"(?:pnr|locator|localizador|confirm(?:ation)?|conf(?:irmacion)?|booking|reserva(?:tion|cion)?)"
    r"(?: (?:number|code|ref(?:erence)?|no|numero|codigo|locator|es|is)){0,3} ?(?:[.:#=]|is|es|# )? ?#?$"
)
_SIGN_BEFORE = re.compile(r"(?:[:#=]|\bis|\bes|\blocator|\blocalizador|\bpnr) ?#?$")
_SHORTEST_REFERENCE, _FEWEST_DIGITS = 6, 4


def find_references(scanned: ScannedText) -> Iterator[Identifier]:
    """Six-character booking locators and longer references, where the words before name them.

    A locator whose letters and digits alternate, in capitals, needs no name.
    """
    for met in _MIXED.finditer(scanned.folded):
        kind = _mixed_kind(scanned, met)
        if kind:
            yield _found(scanned, kind, met)
    for met in _NUMBERED.finditer(scanned.folded):
        yield _found(scanned, "account", met)


def find_lettered_locators(scanned: ScannedText) -> Iterator[Identifier]:
    """Booking locators of six letters: in capitals amid other letters, or marked by a sign, after their name."""
    for met in _SIX_LETTERS.finditer(scanned.folded):
        if _is_lettered_locator(scanned, met):
            yield _found(scanned, "booking", met)


def _mixed_kind(scanned: ScannedText, met: re.Match[str]) -> str:
    value = met.group().lstrip("#")
    if len(value) < _SHORTEST_REFERENCE or _MEASURE.fullmatch(value):
        return ""
    named = kind_before(scanned, met.start())
    if len(value) == _LOCATOR_LENGTH and "-" not in value and not _FLIGHT.fullmatch(value):
        written = scanned.text[met.end() - _LOCATOR_LENGTH : met.end()]
        if named in {"booking", "account"}:
            return named
        return (
            "booking"
            if written.isupper() and not _is_colour(met.group()) and len(_CHANGES.findall(value)) >= _INTERLEAVED
            else ""
        )
    digits = sum(letter.isdigit() for letter in value)
    return named if named in {"booking", "account", "national_id"} and digits >= _FEWEST_DIGITS else ""


def _is_colour(written: str) -> bool:
    return written.startswith("#") and all(letter in "0123456789abcdef" for letter in written[1:])


def _is_lettered_locator(scanned: ScannedText, met: re.Match[str]) -> bool:
    written = scanned.text[met.start() : met.end()]
    before = scanned.folded[max(0, met.start() - KIND_REACH) : met.start()]
    if written.startswith("#"):
        return bool(_POINTED_AT.search(before))
    if written.isupper():
        around = scanned.text[max(0, met.start() - KIND_REACH) : met.start()]
        shouted = sum(map(str.isupper, around)) > sum(map(str.islower, around))
        if shouted:
            return bool(_POINTED_AT.search(before) and _SIGN_BEFORE.search(before))
        return kind_before(scanned, met.start()) == "booking"
    return bool(_POINTED_AT.search(before) and re.search(r"[:#=] ?$|(?:locator|pnr|localizador) ?$", before))


def _found(scanned: ScannedText, kind: str, met: re.Match[str]) -> Identifier:
    return Identifier(kind=kind, start=met.start(), end=met.end(), value=scanned.text[met.start() : met.end()])
