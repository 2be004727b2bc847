"""National identity and tax numbers of people, by market and by the words that name them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from stdnum.ar import cuit
from stdnum.br import cpf
from stdnum.cl import rut
from stdnum.es import nie, nif
from stdnum.mx import curp, rfc
from stdnum.us import ssn

from classifier.personal_data.scanned_text import Identifier, ScannedText, kind_before

_WRITTEN = re.compile(
    r"(?<![\w.,@#/-])(?:"
    r"(?P<es_dni>[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[a-z])"
    r"|(?P<es_nie>[xyz][ -]?[0-9]{7}[ -]?[a-z])"
    r"|(?P<mx_curp>[a-z]{4}[0-9]{6}[hmx][a-z]{5}[a-z0-9][0-9])"
    r"|(?P<mx_rfc>[a-z&]{4}[ -]?[0-9]{6}[ -]?[a-z0-9]{2}[0-9a])"
    r"|(?P<br_cpf>[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})"
    r"|(?P<ar_cuit>(?:2[0347])-[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}-[0-9])"
    r"|(?P<cl_rut>[0-9]{1,2}(?:\.[0-9]{3}\.[0-9]{3}|[0-9]{6})-[0-9k])"
    r"|(?P<us_ssn>[0-9]{3}-[0-9]{2}-[0-9]{4})"
    r"|(?P<gb_nino>[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d])"
    r"|(?P<passport>[a-z]{1,3}-?[0-9]{6,10}[a-z]?)"
    r")(?![\w@])"
)
_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "es_dni": nif.is_valid,
    "es_nie": nie.is_valid,
    "mx_curp": curp.is_valid,
    "mx_rfc": rfc.is_valid,
    "br_cpf": cpf.is_valid,
    "ar_cuit": cuit.is_valid,
    "cl_rut": rut.is_valid,
    "us_ssn": ssn.is_valid,
}
_NEEDS_MARKET = {"ar_cuit": "AR", "cl_rut": "CL", "us_ssn": "US", "gb_nino": "GB"}
_NEEDS_NAME = frozenset({"passport"})
_GLUED_NAME = re.compile(r"(?:cc|ci|ce|ti|dni|nif|nie|rut|cpf|nit|ruc)-?[0-9]")
_DIGITS_SHORTEST, _DIGITS_LONGEST = 6, 13
_SPANISH_DNI_LENGTH = 9


def find_national_ids(scanned: ScannedText) -> Iterator[Identifier]:
    """Numbers written in the form of an identity document.

    A form with a strong check needs no more; a weak one needs its market or a word that names it; a word
    that names it is enough for a number that fails its check, since people mistype.
    """
    for met in _WRITTEN.finditer(scanned.folded):
        written = met.lastgroup or ""
        if _is_national_id(scanned, written, met.group(), met.start()):
            yield Identifier(
                kind="national_id", start=met.start(), end=met.end(), value=scanned.text[met.start() : met.end()]
            )


def is_named_national_id(digits: str) -> bool:
    """Whether digits that a word before calls an identity number can be one (DNI, cédula, RUC, NIT, SSN...)."""
    return _DIGITS_SHORTEST <= len(digits) <= _DIGITS_LONGEST


def _is_national_id(scanned: ScannedText, written: str, value: str, start: int) -> bool:
    named = kind_before(scanned, start) == "national_id"
    if named or _GLUED_NAME.match(value):
        return True
    if written in _NEEDS_NAME or _NEEDS_MARKET.get(written, scanned.market) != scanned.market:
        return False
    check = _CHECKS.get(written)
    if check is None:
        return True
    padded = re.sub(r"[ .-]", "", value).upper()
    if written == "es_dni":
        padded = padded.zfill(_SPANISH_DNI_LENGTH)
    return bool(check(padded))
