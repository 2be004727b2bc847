"""Values of a private conversation that must not come back in public."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from policies.guard.numbers import digits_of_date
from policies.guard.obfuscation import flattened, plain_letters
from records.enums import Owner
from records.models import PersonalDatum

LONGEST_READ = 8_000
"""Characters of one message that are read: a room takes half as many."""
_SHORTEST_NUMBER = 4
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MAILBOX = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
_NUMBER = re.compile(r"(?<![\w/.-])\+?[0-9](?:[ ().-]{0,2}[0-9]){2,30}(?![\w/-])")
_AMOUNT = re.compile(
    r"(?:[$€£]|(?:usd|mxn|eur|gbp) ?) ?[0-9]{1,3}(?:[.,]?[0-9]{3}){0,3}(?:[.,][0-9]{2})?(?![0-9])"
    r"|(?<![\w.,])[0-9]{1,3}(?:[.,]?[0-9]{3}){0,3}(?:[.,][0-9]{2})? ?(?:[$€£]|euros?|eur|usd|mxn|pesos?"
    r"|d[oó]lares|dollars|pounds)(?!\w)"
    r"|(?<![\w.,])[0-9]{1,3}(?:[.,]?[0-9]{3}){0,3}[.,][0-9]{2}(?![\w.,])",
    re.IGNORECASE,
)
_MONTH = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
)
_DATE = re.compile(
    r"(?<![\w/.-])[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?![\w/-])"
    rf"|(?<!\w)[0-9]{{1,2}}(?:st|nd|rd|th)?(?: de| of)? (?:{_MONTH})(?:,?(?: de| of)? (?:19|20)[0-9]{{2}})?(?!\w)"
    rf"|(?<!\w)(?:{_MONTH}) [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)[0-9]{{2}})?(?!\w)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![\w@/.-])(?=[A-Za-z0-9-]*[0-9])(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+){0,5}(?![\w@/-])"
)
_MEASURE = re.compile(
    r"[0-9]+(?:st|nd|rd|th|[ap]m|h|hs|hrs?|min|mins|km|kg|gb|mb|cm|mm|º|ª|x[0-9]+)|[a-z]{4,}[0-9]{1,2}|[a-z][0-9]{1,2}",
    re.IGNORECASE,
)
_SHORTEST_CODE = 4
_LOCATOR = re.compile(r"(?<![\w@#])[A-Z]{5,8}(?!\w)")
_CAPITAL = r"[A-ZÁÉÍÓÚÑ][a-záéíóúüñ'’]{1,20}"
_PARTICLE = r"(?:de|del|la|las|los|y|van|von|der|da|do|dos|O['’]|Mc|Mac)"
_NAME = re.compile(rf"(?<![\w@#]){_CAPITAL}(?:[ -]{{1,2}}(?:{_PARTICLE} ){{0,2}}{_CAPITAL}){{1,4}}(?!\w)")
_NAMED = re.compile(
    r"\b(?:me llamo|mi nombre(?: completo)? es|soy|a nombre de|titular(?: es)?:?|atentamente,?"
    r"|firmado:?|my name is|my name['’]s|i am|i['’]m|this is|under the name(?: of)?"
    r"|sr\.?|sra\.?|don|doña|mr\.?|mrs\.?|ms\.?|señora?"
    r"|esposa|marido|mujer|hij[oa]|madre|padre|hermano|hermana|wife|husband|son|daughter)"
    rf",? (?P<name>{_CAPITAL}(?: (?:{_PARTICLE} ){{0,2}}{_CAPITAL}){{0,4}}"
    rf"|[a-záéíóúñ]{{3,20}} [a-záéíóúñ]{{3,20}}(?: [a-záéíóúñ]{{3,20}})?(?=[.,\n]|$))",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?:\b(?:calle|avenida|avda?\.?|paseo|plaza|pza\.?|carrera|cra\.?|camino"
    r"|ronda|rua|colonia)|\bc/) ?[^\n,;]{3,50}?[ ,#]{1,3}(?:n[ºo°.]{0,2} ?|n[uú]mero )?[0-9]{1,5}"
    r"|\b[0-9]{1,5},? (?:[A-Za-z'’]{2,20} ){1,4}(?:street|st|avenue|ave|road|rd|lane"
    r"|ln|drive|dr|boulevard|blvd|court|close|way)\b",
    re.IGNORECASE,
)
_FILE_WORDS = re.compile(r"[^\W_]+")
_SHORTEST_FILE_WORD = 4
_COMMON_FILE_WORDS_TEXT = """
    image imagen screenshot captura pantalla foto photo document documento scan escaneo file archivo factura
    invoice ticket recibo receipt whatsapp signal telegram unnamed jpeg heic webp final copia copy nuevo
"""
_COMMON_FILE_WORDS = frozenset(_COMMON_FILE_WORDS_TEXT.split())
_NOT_NAMES_TEXT = """
    buenos buenas hola ola gracias muchas saludos
    hello hi hey thanks thank dear good estimado estimada banco bank atencion
    customer service twitter facebook instagram lunes martes jueves viernes domingo monday tuesday wednesday
    thursday friday saturday sunday
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())

PersonalDataFinder = Callable[[str], tuple[PersonalDatum, ...]]


def conversation_values(text: str, *, find_personal_data: PersonalDataFinder) -> tuple[str, ...]:
    """The values in a message of a private conversation, in the order found, each once.

    These count: personal data; mailboxes; numbers of four digits and more that are no year; amounts; dates; codes that
    mix letters and digits, and words of five to eight capitals; streets with a number; names after a word that
    announces one, and two or more capitalised words in a row. Ordinary words, hours, measures and what is public (a
    freephone number) do not. The first `LONGEST_READ` characters are read.
    """
    read = plain_letters(text[:LONGEST_READ])
    return tuple(dict.fromkeys(value.strip() for value in _values(read, find_personal_data)))


def file_name_values(name: str) -> tuple[str, ...]:
    """The values in the name of an attached file: its long words and numbers, and the whole without its ending."""
    stem = plain_letters(name[:LONGEST_READ]).rpartition(".")[0] or plain_letters(name[:LONGEST_READ])
    words = [word for word in _FILE_WORDS.findall(stem) if len(word) >= _SHORTEST_FILE_WORD]
    telling = [word for word in words if flattened(word) not in _COMMON_FILE_WORDS and not _YEAR.fullmatch(word)]
    return tuple(dict.fromkeys((*telling, stem) if len(telling) > 1 else telling))


def _values(text: str, find_personal_data: PersonalDataFinder) -> Iterator[str]:
    for datum in find_personal_data(text):
        if datum.owner is not Owner.PUBLIC:
            yield datum.value
    yield from _MAILBOX.findall(text)
    for pattern in (_AMOUNT, _STREET):
        yield from (met.group() for met in pattern.finditer(text))
    for met in _DATE.finditer(text):
        if digits_of_date(flattened(met.group())):
            yield met.group()
    yield from _numbers(text)
    yield from _codes(text)
    yield from _names(text)


def _numbers(text: str) -> Iterator[str]:
    for met in _NUMBER.finditer(text):
        digits = re.sub(r"[^0-9]", "", met.group())
        if len(digits) >= _SHORTEST_NUMBER and not _YEAR.fullmatch(digits):
            yield met.group()


def _codes(text: str) -> Iterator[str]:
    for met in _CODE.finditer(text):
        if len(met.group()) >= _SHORTEST_CODE and not _MEASURE.fullmatch(met.group()):
            yield met.group()
    if not text.isupper():
        yield from _LOCATOR.findall(text)


def _names(text: str) -> Iterator[str]:
    for met in _NAMED.finditer(text):
        yield met["name"]
    for met in _NAME.finditer(text):
        words: Sequence[str] = met.group().split()
        while words and flattened(words[0]) in _NOT_NAMES:
            words = words[1:]
        if len(words) > 1:
            yield " ".join(words)
