"""Finds PINs, one-time codes and passwords in a folded text by the words around them. Pure.

Codes are digits (or the words for digits) near a word for a code; a password is the token after a word for a password.
A code of letters and digits, such as `XK4T9P`, is taken for a booking reference and not masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class SecretKind(StrEnum):
    """What kind of secret was typed."""

    CARD = "card"
    CODE = "code"
    """A PIN, a security code or a one-time code."""
    PASSWORD = "password"  # noqa: S105 - the word, not one


@dataclass(frozen=True, kw_only=True)
class Secret:
    """The position of a secret in the folded text."""

    start: int
    end: int
    kind: SecretKind


_OWN = r"(?:pin(?:es|s)?|cvv2?|cvc2?|csc|otp|passcodes?|claves?|contrasenas?|passwords?|firma electronica|token)"
_CODE = r"(?:codigos?|codes?|cod)"
_ORDINARY = (
    r"(?!\s+(?:de\s+|del\s+|the\s+)?(?:postal|reserva|pedido|referencia|cliente|error|barras|pais|area|promo\w*|"
    r"descuento|producto|oficina|seguimiento|vuelo|envio|factura|caso|iban|swift|bic|qr|http))"
)
_ORDINARY_BEFORE = (
    r"(?<!zip )(?<!post )(?<!postal )(?<!booking )(?<!order )(?<!error )(?<!country )(?<!area )(?<!promo )(?<!sort )"
    r"(?<!reference )(?<!discount )(?<!bar)(?<!bar )(?<!tracking )(?<!swift )(?<!customer )(?<!product )(?<!case )"
)
_WORD = rf"(?<![a-z0-9]){_ORDINARY_BEFORE}(?:{_OWN}|{_CODE}{_ORDINARY})(?![a-z0-9])"
_BETWEEN = r"(?:[^\d\n.;!?€$£]|\.(?!\s)|\n(?=\s*[\d])){0,45}?"
_LEAD = r"(?<![\d.,/:€$£+])(?<![€$£] )(?:\b[a-z]-)?"
_DIGITS = r"\d(?:[\s\-._]{0,2}\d){2,7}"
_NO_CODE = (
    r"(?![\d])(?![.,/:]\d)(?!\s*(?:€|\$|£|%|eur\b|euros?\b|usd\b|gbp\b|dolares|pounds?|dollars?|veces|times|dias?\b|days?\b"
    r"|horas?\b|hours?\b|min|meses|months?\b|intentos?|attempts?|digitos|digits|cifras|anos?\b|years?\b|h\b))"
)
_YEAR_WORD = re.compile(r"(?:\b(?:desde|en|hasta|since|in|until|ano|year|de|from)\s+)$")
_AFTER_WORD = re.compile(rf"{_WORD}({_BETWEEN})({_LEAD}{_DIGITS}){_NO_CODE}")
_BEFORE_WORD = re.compile(
    rf"({_LEAD}{_DIGITS})\s*[,(:=-]?\s*(?:es|is|era|was|como|as)?\s*(?:mi|el|la|tu|my|the|your|sms)?\s*{_WORD}"
)
_NUMERAL = (
    r"(?:cero|uno|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|zero|oh|one|two|three|four|five|six|seven|eight|nine)"
)
_SPELT = re.compile(rf"{_WORD}[^\d\n.;]{{0,30}}?\b({_NUMERAL}(?:[\s,\-]{{1,3}}{_NUMERAL}){{2,7}})\b")
_KEY_WORD = r"(?<![a-z0-9])(?:contrasenas?|passwords?|passwd|pwd|pass|clave|claves|contra|passphrase)"
_OF_WHAT = r"(?:\s+(?:de|del|para|for|of|actual|antigua|nueva|secreta|old|new)(?:\s+[a-z]+){0,3}?)?"
_GIVEN = re.compile(rf"{_KEY_WORD}{_OF_WHAT}\s*(?:[:=]+>?|->|=>)\s*[\"'«“(]?([^\s\"'»”]{{3,128}})")
_TOLD = re.compile(
    rf"{_KEY_WORD}{_OF_WHAT}\s+(?:es|is|era|was|sera|would be|que uso es|i use is)"
    rf"\s*[:=]?\s*[\"'«“]?([^\s\"'»”]{{3,128}})"
)
_ORDINARY_ANSWERS = re.compile(
    r"""(?x)
    que | una | uno | muy | mas | mala | buena | the | not | too | very | wrong | incorrect | correct |
    invalid | valid | expired | blocked | locked | required | rejected | incorrecta | correcta | erronea |
    invalida | valida | caducada | bloqueada | obligatoria | necesaria | rechazada | segura | debil | antigua
    | nueva | vieja | old | new | weak | strong | safe | secure | being | still | never | nunca | siempre |
    always | mia | mine | facil | dificil | easy | hard | lo | la | el | los | las | cual | which | what |
    demasiado | solo | only | olvidada | perdida | forgotten | lost | esa | esta | this | that | imposible |
    impossible | larga | corta | long | short | rara | otra | another | igual | same | diferente | different |
    ninguna | none | asking | para | for | cambiada | changed | robada | stolen | known | conocida | publica |
    personal | privada | private
    """
)
"""Words that follow "my password is" without being one."""
_CLAUSE_END = re.compile(r"[.,;:)\]]+$")
_CVV_AFTER_CARD = re.compile(r"[^\d]{0,12}(?:(?:0[1-9]|1[0-2])\s*[/\-. ]?\s*(?:20)?\d{2})[^\d]{1,12}(\d{3,4})(?!\d)")


def secrets_by_words(text: str) -> Iterator[Secret]:
    """Every secret that is named by words around it; some may overlap."""
    for found in _AFTER_WORD.finditer(text):
        if not _is_year(text, found.start(2), found[2]):
            yield Secret(start=found.start(2), end=found.end(2), kind=SecretKind.CODE)
    for pattern in (_BEFORE_WORD, _SPELT):
        for found in pattern.finditer(text):
            yield Secret(start=found.start(1), end=found.end(1), kind=SecretKind.CODE)
    for pattern in (_GIVEN, _TOLD):
        for found in pattern.finditer(text):
            token = _CLAUSE_END.sub("", found[1])
            if token and not _ORDINARY_ANSWERS.fullmatch(token):
                yield Secret(start=found.start(1), end=found.start(1) + len(token), kind=SecretKind.PASSWORD)


def code_after_card(text: str, end: int) -> Secret | None:
    """The security code that follows a card's number and date: `... 1111 12/28 123`."""
    found = _CVV_AFTER_CARD.match(text, end)
    return Secret(start=found.start(1), end=found.end(1), kind=SecretKind.CODE) if found else None


def _is_year(text: str, start: int, digits: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", digits) is not None and bool(
        _YEAR_WORD.search(text[max(0, start - 12) : start])
    )
