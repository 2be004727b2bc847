"""Blind indexes: a customer record is found by what a person types, without storing it readably."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers

MOST_CHARACTERS = 320
"""Of anything typed: the longest e-mail address (RFC 3696, erratum 1690)."""

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,253}\.[^@\s.\x00-\x1f]{2,63}")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z]")
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "da", "do", "dos", "van", "von", "der", "den", "di", "san"})


class KeyKind(StrEnum):
    """The kind of value by which a record is found."""

    EMAIL = "email"
    MOBILE = "mobile"
    BOOKING = "booking"


@dataclass(frozen=True, kw_only=True)
class LookupKey:
    """A value that a person typed to be found, normalised."""

    kind: KeyKind
    plain: str = field(repr=False)


def contact_key(typed: str, *, market: str) -> LookupKey | None:
    """An e-mail address or a mobile number, told apart by the `@`; None where it can be neither."""
    return email_key(typed) if "@" in typed else mobile_key(typed, market=market)


def email_key(typed: str) -> LookupKey | None:
    """An e-mail address without white space and case; None where it can be none."""
    plain = "".join(_visible(typed).split()).casefold() if len(typed) <= MOST_CHARACTERS else ""
    return LookupKey(kind=KeyKind.EMAIL, plain=plain) if _EMAIL.fullmatch(plain) else None


def mobile_key(typed: str, *, market: str) -> LookupKey | None:
    """A telephone number as E.164, read as in `market` (ISO 3166) where it names no country; None where it is none."""
    if len(typed) > MOST_CHARACTERS:
        return None
    try:
        number = phonenumbers.parse(_visible(typed), market.upper())
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    plain = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return LookupKey(kind=KeyKind.MOBILE, plain=plain)


def booking_key(reference: str, surname: str) -> LookupKey | None:
    """A booking reference with a surname, without accents, case and punctuation; None where either is missing."""
    if max(len(reference), len(surname)) > MOST_CHARACTERS:
        return None
    booked, called = _letters(reference), _letters(surname)
    return LookupKey(kind=KeyKind.BOOKING, plain=f"{booked}/{called}") if booked and called else None


def booking_keys(references: Sequence[str], surname: str) -> Iterator[LookupKey]:
    """Every way to find a traveller: each reference with the whole surname, and with its first part.

    In Spain people have two surnames and often give one.
    """
    first = next((part for part in surname.split() if len(part) > 1 and _letters(part) not in _PARTICLES), surname)
    for reference in references:
        for called in dict.fromkeys((surname, first)):
            key = booking_key(reference, called)
            if key is not None:
                yield key


def key_digest(records_key: bytes, key: LookupKey) -> str:
    """HMAC-SHA256 of kind and normalised value, in hexadecimal: what is stored and looked up."""
    message = b"\x00".join((b"aparte customer", key.kind.value.encode(), key.plain.encode("utf-8", "replace")))
    return hmac.digest(records_key, message, hashlib.sha256).hex()


def _visible(typed: str) -> str:
    """NFKC, without format characters (zero widths, direction marks)."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(character for character in plain if unicodedata.category(character) not in {"Cf", "Cs"}).strip()


def _letters(typed: str) -> str:
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", _visible(typed).casefold())
        if not unicodedata.combining(character)
    )
    return _NOT_ALPHANUMERIC.sub("", bare)
