"""The finder of personal data in a text, with the owner of each datum."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from classifier.personal_data.contacts import find_addresses, find_emails
from classifier.personal_data.national_ids import find_national_ids
from classifier.personal_data.numbers import find_birth_dates, find_numbers
from classifier.personal_data.payment import find_ibans, find_security_codes
from classifier.personal_data.references import find_lettered_locators, find_references
from classifier.personal_data.scanned_text import Identifier, ScannedText, owner_of, scan_text
from records.models import PersonalDatum

MOST_FOUND = 1_000
"""Data after which the search ends: a text with more is no post."""

_DIGIT = re.compile(r"\d")
_MAILBOX = re.compile(r"@[\w-]+\.\w")
_LETTERED_LOCATOR = re.compile(r"[A-Z]{6}(?![A-Za-z])|#\s?[A-Za-z]{6}(?!\w)")
_TELLING_WORDS = ("locator", "localizador", "pnr", "arroba", "(at)", "[at]")
_LONG_ENOUGH = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){4}")


def find_personal_data(text: str, *, market: str) -> tuple[PersonalDatum, ...]:
    """The personal data in `text`, in order of place and without overlaps; offsets are into `text`.

    `market` (ISO 3166, for example `ES`) says which national formats are ordinary. Kinds: iban, card,
    security_code, email, national_id, booking, account, birth_date, address, phone. Numbers with weak checksums
    count only where a word names them. Never raises on any text; takes time in proportion to its length.
    """
    if not _may_hold_data(text):
        return ()
    scanned = scan_text(text, market=market)
    found = _without_overlaps(list(islice(_found(scanned), MOST_FOUND)))
    return tuple(
        PersonalDatum(kind=one.kind, owner=owner_of(scanned, one), start=one.start, end=one.end, value=one.value)
        for one in found
    )


def _found(scanned: ScannedText) -> Iterator[Identifier]:
    """What every finder found, the surest first."""
    digits = _DIGIT.search(scanned.folded) is not None
    many_digits = digits and _LONG_ENOUGH.search(scanned.folded) is not None
    if many_digits:
        yield from find_ibans(scanned)
    if digits:
        yield from find_security_codes(scanned)
    if many_digits:
        yield from find_birth_dates(scanned)
        yield from find_national_ids(scanned)
    if digits:
        yield from find_addresses(scanned)
    yield from find_emails(scanned)
    if many_digits:
        yield from find_numbers(scanned)
    if digits:
        yield from find_references(scanned)
    yield from find_lettered_locators(scanned)


def _may_hold_data(text: str) -> bool:
    """A cheap look that most texts do not pass."""
    if _DIGIT.search(text) or ("@" in text and _MAILBOX.search(text)) or _LETTERED_LOCATOR.search(text):
        return True
    lowered = text.lower()
    return any(word in lowered for word in _TELLING_WORDS)


def _without_overlaps(found: Sequence[Identifier]) -> list[Identifier]:
    """Of those that overlap the one found by the surer finder stays."""
    surest = {id(one): rank for rank, one in enumerate(found)}
    kept: list[Identifier] = []
    for one in sorted(found, key=lambda each: (each.start, surest[id(each)])):
        if kept and one.start < kept[-1].end:
            if surest[id(one)] < surest[id(kept[-1])]:
                kept[-1] = one
            continue
        kept.append(one)
    return kept
