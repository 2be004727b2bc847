"""Payment identifiers: IBAN, cards, domestic account numbers, security codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn
from stdnum.ar import cbu
from stdnum.es import ccc

from classifier.personal_data.scanned_text import Identifier, ScannedText

_IBAN_START = re.compile(r"(?<![a-z0-9])[a-z]{2}[ -]?[0-9]{2}(?=[ -]?[a-z0-9]{2})")
_IBAN_BODY = re.compile(r"[ .-]{0,2}[a-z0-9]")
_IBAN_SHORTEST, _IBAN_LONGEST = 15, 34
_IBAN_FEWEST_DIGITS = 8
_SECURITY_CODE = re.compile(
    r"(?<!\w)(?:cvv2?|cvc2?|csc|pin|nip|clave|contrasena|password|passcode|otp|senha"
    r"|codigo de (?:seguridad|verificacion|acceso)|(?:security|verification|access) code)(?!\w)"
    r"[ \"'(]{0,2}(?:(?:es|is|e|was|de|number|numero|no|nº|code)(?![\w])[ .]?){0,2}[ :=#\"'(]{0,4}"
    r"(?P<code>[0-9]{3,8}|(?=\w{0,30}[0-9])(?=\w{0,30}[a-z])\w{6,30})(?![\w])"
)
_ISSUERS = re.compile(r"3[0-9]|4|5[0-9]|6[0-9]|2[2-7]|9[7]")
_CARD_GROUPS = ((4, 4, 4, 4), (4, 6, 5), (4, 4, 4, 4, 3))
_BANK_NUMBERS = {18: "clabe", 20: "ccc", 22: "cbu"}
_CLABE_WEIGHTS = (3, 7, 1)


def find_ibans(scanned: ScannedText) -> Iterator[Identifier]:
    """International account numbers with a valid checksum, in groups or in one piece."""
    for begin in _IBAN_START.finditer(scanned.folded):
        end = _iban_end(scanned.folded, begin.start())
        if end:
            yield Identifier(kind="iban", start=begin.start(), end=end, value=scanned.text[begin.start() : end])


def find_security_codes(scanned: ScannedText) -> Iterator[Identifier]:
    """Card security codes, PINs and passwords directly after the word that names them."""
    for met in _SECURITY_CODE.finditer(scanned.folded):
        start, end = met.span("code")
        yield Identifier(kind="security_code", start=start, end=end, value=scanned.text[start:end])


def is_card(digits: str, *, groups: tuple[int, ...], named: bool) -> bool:
    """Whether `digits` are a card number: one in ten random numbers passes Luhn, so more evidence is needed.

    `groups` are the lengths of the written groups; `named` says that a word before calls it a card.
    """
    if named and len(digits) in {15, 16}:
        return True
    if not 13 <= len(digits) <= 19 or not _ISSUERS.match(digits) or len(set(digits)) == 1:
        return False
    grouped = len(groups) > 1 and (groups in _CARD_GROUPS or set(groups) == {1})
    return (named or grouped) and bool(luhn.is_valid(digits))


def is_bank_account(digits: str, *, market: str, named: bool) -> bool:
    """Whether `digits` are a Spanish CCC, a Mexican CLABE or an Argentine CBU, by its own check digits."""
    name = _BANK_NUMBERS.get(len(digits))
    if name is None:
        return False
    home = {"clabe": "MX", "ccc": "ES", "cbu": "AR"}[name]
    valid = {"clabe": _is_clabe, "ccc": ccc.is_valid, "cbu": cbu.is_valid}[name](digits)
    return bool(valid) and (named or market == home)


def _iban_end(folded: str, start: int) -> int:
    """The end of the longest valid IBAN at `start`, or 0."""
    letters, ends, at = "", [], start
    while len(letters) < _IBAN_LONGEST:
        met = _IBAN_BODY.match(folded, at)
        if met is None:
            break
        letters += met.group()[-1]
        at = met.end()
        ends.append(at)
    if sum(letter.isdigit() for letter in letters) < _IBAN_FEWEST_DIGITS:
        return 0
    for length in range(len(letters), _IBAN_SHORTEST - 1, -1):
        if _has_iban_checksum(letters[:length]) and iban.is_valid(letters[:length].upper()):
            return ends[length - 1]
    return 0


def _has_iban_checksum(letters: str) -> bool:
    moved = letters[4:] + letters[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def _is_clabe(digits: str) -> bool:
    total = sum(int(digit) * _CLABE_WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits[:17]))
    return (10 - total % 10) % 10 == int(digits[17])
