"""E-mail addresses, postal addresses and telephone lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain

import phonenumbers
from phonenumbers import PhoneNumberType

from classifier.personal_data.scanned_text import Identifier, ScannedText, is_role_mailbox, kind_before

_AT = re.compile(r"@(?P<domain>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{2,63}){1,4})")
_SPELLED_AT = re.compile(
    r" ?(?:\(at\)|\[at\]|(?<= )arroba(?= )) ?"
    r"(?P<domain>[a-z0-9-]{1,63}(?:(?:\.| ?dot ?| ?punto ?)[a-z0-9-]{2,63}){1,4})"
)
_LOCAL = re.compile(r"[\w.+%-]{1,64}$")
_LOCAL_REACH = 64
_STREET = re.compile(
    r"(?<!\w)(?:(?:calle|c/|avenida|avda?\.?|paseo|plaza|carrera|cra\.?|kra|transversal|colonia|rua|travessa)[ ]{1,2}"
    r"[a-z0-9][\w'. ]{1,40}?[, #]{1,3}(?:n[ºo°.]{0,2} ?|numero |num\.? )?[0-9]{1,5}(?: ?[-#] ?[0-9]{1,4}){0,2}"
    r"|[0-9]{1,5},? (?:[nsew]\.? )?[a-z][\w'.]{1,20}(?: [a-z][\w'.]{1,20}){0,3}"
    r" (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|close|crescent|terrace|way))(?!\w)"
)
_SERVICE_TYPES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_NORTH_AMERICAN = ((3, 3, 4), (1, 3, 3, 4))
_PHONE_SHORTEST, _PHONE_LONGEST = 7, 15
_PLUS_SHORTEST = 9
_MOST_GROUPS = 6


def find_emails(scanned: ScannedText) -> Iterator[Identifier]:
    """E-mail addresses, also those written with `(at)` or `arroba`; desks of companies are public."""
    spelled = any(sign in scanned.folded for sign in ("arroba", "(at)", "[at]"))
    for met in chain(_AT.finditer(scanned.folded), _SPELLED_AT.finditer(scanned.folded) if spelled else ()):
        local = _LOCAL.search(scanned.folded, max(0, met.start() - _LOCAL_REACH), met.start())
        if local is not None:
            domain = met.group("domain")
            public = is_role_mailbox(local.group().strip("."), domain)
            value = scanned.text[local.start() : met.end()]
            yield Identifier(kind="email", start=local.start(), end=met.end(), value=value, public=public)


def find_addresses(scanned: ScannedText) -> Iterator[Identifier]:
    """Streets with a number after words of residence; addresses of shops and branches are left out."""
    for met in _STREET.finditer(scanned.folded):
        if kind_before(scanned, met.start()) == "address":
            value = scanned.text[met.start() : met.end()]
            yield Identifier(kind="address", start=met.start(), end=met.end(), value=value)


class PhoneLine(StrEnum):
    """What kind of telephone line a number belongs to."""

    SERVICE = "service"
    """Freephone, shared cost and the like: never a person's own."""
    MOBILE = "mobile"
    OTHER = "other"


def phone_line(digits: str, *, groups: tuple[int, ...], plus: bool, market: str, named: bool) -> PhoneLine | None:
    """The line that `digits` reach, or None where they are no phone number.

    `plus` says that an international prefix was written; `named` that a word before calls it a phone.
    """
    if not _PHONE_SHORTEST <= len(digits) <= _PHONE_LONGEST or len(groups) > _MOST_GROUPS:
        return None
    number = _parsed(f"+{digits}" if plus else digits, market)
    if number is not None and phonenumbers.is_valid_number(number):
        return _line(number)
    if not plus and groups in _NORTH_AMERICAN:
        american = _parsed(digits, "US")
        if american is not None and phonenumbers.is_valid_number(american):
            return _line(american)
    return PhoneLine.OTHER if named or (plus and len(digits) >= _PLUS_SHORTEST) else None


def _parsed(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def _line(number: phonenumbers.PhoneNumber) -> PhoneLine:
    kind = phonenumbers.number_type(number)
    if kind in _SERVICE_TYPES:
        return PhoneLine.SERVICE
    return PhoneLine.MOBILE if kind == PhoneNumberType.MOBILE else PhoneLine.OTHER
