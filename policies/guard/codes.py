"""Codes in a text, whole, in pieces, or read out sign by sign: booking references, document numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = """
    a al am an and any app are as at ay bad be but buy by can con da day de del did dio dm do dos e el en es era
    esa ese eso est et etc eta eu faq few fin for fue gb get go got gps had haz he her hey hi him his hoy hr hrs
    hs how i id if in ios ir is it its iva job kg km la las le les let ley lo los lot luz mal man mas may mb me
    men mes mi min mis mm mx my new ni nip no nos not now o of off oh ok old on one or os our out own pal pay per
    pin pls pm por put q que red s sal san saw say se see ser she si sin sms so son sr sra su sus t tal tan the ti
    to too top tu tus tv two u un una unos uno up us usa use usd va ver vez vi via vip was way we web who why wifi
    x y ya yes yet you yr yo mxn eur msi tdc atm cat cdmx ine ife usb hd pc url pdf st nd rd th seg sec
"""
_ACRONYMS = """
    SMS CDMX EUA EEUU TV ATM NIP PIN DM MD US UK USA HRS PM AM CAT INE IFE MX KM DNI NIE NIF TDC MSI CLABE SPEI
    CVV IBAN BIC APP GPS USB PDF FAQ HTTP HTTPS URL WIFI PC VIP OK HD ID GB MB KG CP CV SA RFC CURP
    PNR REF BNPL
"""

SHORT_WORDS = frozenset(_WORDS.split())
ACRONYMS = frozenset(_ACRONYMS.split())


_SURE_TEXT = """
    be ce efe ge hache jota ka ele elle eme ene enye pe cu erre uve equis ye zeta doble griega
    bee cee dee ee eff gee aitch haitch jay kay ell em pee cue ess tee vee ex wye zed zee double
"""
_SURE = frozenset(_SURE_TEXT.split())
"""Names of letters that are seldom anything else."""
_ALSO_WORDS_TEXT = """
    de ese te ve ay eye oh en ar are you why see sea
"""
_NAMES = _SURE | frozenset(_ALSO_WORDS_TEXT.split())
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_ROW = 4
_LONG_ROW = 6
"""Signs in a row of which one name is enough."""
_FEWEST_SURE = 2
_LONGEST_NUMBER = 3


def names_letters(text: str) -> bool:
    """Whether a flattened text holds four names of letters or single signs in a row, two of them surely names.

    Of six in a row one is enough.
    """
    length = sure = 0
    for word in _WORD.findall(text):
        if word in _NAMES or len(word) == 1 or (word.isdigit() and len(word) <= _LONGEST_NUMBER):
            length, sure = length + 1, sure + (word in _SURE)
        else:
            length = sure = 0
        if (length >= _SHORTEST_ROW and sure >= _FEWEST_SURE) or (length >= _LONG_ROW and sure):
            return True
    return False


_STROKES = r"[|¦Iil•·●▪■◦○oxX/\\*+_=~\-]"
_TALLY = re.compile(rf"(?P<stroke>{_STROKES})(?P=stroke){{0,8}}")
_RUN = re.compile(rf"(?P<stroke>{_STROKES})(?P=stroke){{1,8}}")
_TALLY_SIGN = re.compile(r"[^\W_]|[.,:€$#]")
_SHORTEST_TALLY_ROW = 4


def counts_in_strokes(text: str) -> bool:
    """Whether a plain text holds four single signs or tallies in a row, not all alike, and a tally among them."""
    row: list[str] = []
    for word in text.split():
        if not (_TALLY.fullmatch(word) or _TALLY_SIGN.fullmatch(word)):
            row = []
            continue
        row.append(word)
        if len(row) >= _SHORTEST_TALLY_ROW and len(set(row)) > 1 and any(map(_RUN.fullmatch, row)):
            return True
    return False


_TOKEN = re.compile(r"(?<![\w@#])[a-z0-9]+(?!\w|@)")
_CHANGE = re.compile(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])")
_SHORTEST, _LONGEST = 5, 40
_SHORTEST_WITHOUT_VOWELS = 6
_FEWEST_DIGITS = 5
_INTERLEAVED = 2
_OPAQUE = 12
_VOWEL = re.compile(r"[aeiouy]")
_MEASURE = re.compile(
    r"[0-9]+(?:[a-z]{1,2}|hrs?|hs|mins?|gb|mb|mbps|kgs?|lbs|pts|dias|horas|days|hours|mil|mxn|usd|eur|st|nd|rd|th|ers|euros|pesos|min|seg|sec)"
    r"|[0-9]{1,2}h[0-9]{2}(?:m(?:in)?)?|[0-9]{1,2}[ap]m[0-9]{0,2}|[0-9]x[0-9]|[a-z]{1,2}[0-9]{1,4}|[a-z]2[a-z]"
    r"|(?=[a-z]*[aeiou])[a-z]{3,}[248](?=[a-z]*[aeiou])[a-z]{3,}|[a-z]{3,}(?:19|20)[0-9]{2}|[a-z]{3,}[0-9]{1,3}"
)
_PIECE = 3
_PIECES = re.compile(r"(?<![a-z0-9@#'’])[a-z0-9]{1,3}(?![a-z0-9'’])(?:[^a-z0-9\n]{1,4}[a-z0-9]{1,3}(?![a-z0-9'’]))+")
_CONNECTORS = frozenset("aeouy")
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:e\. ?[u1]\.(?: ?a\b\.?)?|u\. ?s\.(?: ?a\b\.?)?|u\. ?k\b\.?|[ap]\. ?m\b\.?|c\. ?[pv]\b\.?"
    r"|s\. ?a\b\.?|d\. ?f\b\.?"
    r"|e\. ?g\b\.?"
    r"|i\. ?e\b\.?|p\. ?[ds]\b\.?|r\. ?f\. ?c\b\.?|n\. ?i\. ?p\b\.?"
    r"|l ?[-a] ?[vsd]\b|s ?/ ?n\b|q\. ?[de]\. ?p\b\.?|y ?/ ?o\b)"
)
_SINGLE = re.compile(r"(?<![^\W_])(?<!['’])[a-z0-9](?![^\W_]|['’][a-z])")
_FEWEST_SINGLES = 5
_FEWEST_DIFFERENT = 3
_SIGN = re.compile(r"(?<![^\W_])(?:[a-z]|[0-9]{1,3})(?![^\W_])")
_MOST_LONE_LETTERS = 4
_SINGLES = re.compile(
    # single signs in a row, with at most one word between two of them
    r"(?<![^\W_])(?<!['’])(?:[a-z]|[0-9]{1,3})(?![^\W_]|['’][a-z])"
    r"(?:[\W_]+(?:[a-z]{2,9}[\W_]+)?(?:[a-z]|[0-9]{1,3})(?![^\W_]|['’][a-z])){3,}"
)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[aeouy](?=[0-9])")
_ANNOUNCED = re.compile(
    r"\b(?:localizador|locator|pnr|(?:booking|reservation|confirmation)\s+(?:ref(?:erence)?|code|number)|(?:c[oó]digo|clave)\s+de\s+reserva"
    r"|referencia|reference|expediente|folio)\b",
    re.IGNORECASE,
)
_ANNOUNCED_REACH = 60
_DOCUMENT = re.compile(r"\b(?:DNI|NIF|NIE|SSN|pasaporte|passport)\b", re.IGNORECASE)
_DOCUMENT_REACH, _SHORTEST_DOCUMENT = 30, 7
_LONGEST_ANNOUNCED = 24
_NOT_ANNOUNCED = frozenset({"SMS", "CDMX", "WIFI", "HTTP", "HTTPS"})
_BY_MESSAGE = re.compile(r"\b(?:por|v[ií]a|by|via|en|un|a|al|tu|tus|su|your|our|the|nuestros?) (?:DM|MD)s?\b")
_CODE_PIECE = re.compile(
    r"(?<![A-Za-z0-9@#])(?:(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,5}|[B-DF-HJ-NP-TV-XZ]{2,5}|[0-9]{1,4})(?![A-Za-z0-9])"
)
_NEAR_PIECES = re.compile(
    rf"{_CODE_PIECE.pattern}(?:[^A-Za-z0-9]{{1,3}}(?:[A-Za-zñáéíóú]{{1,9}} ){{0,3}}{_CODE_PIECE.pattern})+"
)
_READ_OUT = re.compile(r"(?<![^\W_])[a-z],? (?:de|como|for|as in|like) [a-z]+")
_MOST_READ_OUT = 2
_ALPHABET = (
    "alfa|alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor"
    "|whisky|whiskey|x-?ray|yankee|zulu|[0-9]"
)
_SPOKEN = re.compile(rf"(?<!\w)(?:{_ALPHABET})(?:[^\w]{{1,3}}(?:{_ALPHABET})){{3,}}(?!\w)")
_ROMAN = re.compile(
    r"(?<![A-Za-z0-9])(?:I{1,3}|IV|VI{0,3}|IX)(?:[^A-Za-z0-9]{1,4}(?:[A-Z][^A-Za-z0-9]{1,4}){0,2}(?:I{1,3}|IV|VI{0,3}|IX|0)(?![A-Za-z0-9])){2,}"
)
_ROMAN_VALUES = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
_ROMAN_NUMERAL = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(_ROMAN_VALUES, key=len, reverse=True))})(?![A-Za-z0-9])"
)
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2}){2}|&#x?[0-9A-Fa-f]{1,6};|\\[ux][0-9A-Fa-f]{2,6}|&[a-z]{2,8};")
_MORSE = re.compile(r"(?=[^\w]*\.)(?=[^\w]*[-_–—])(?:[.·•\-_–—]{1,6}[ /|]{1,3}){4,}")
_BITS = re.compile(r"(?<![0-9])[01]{6,}(?:[^a-z0-9]{1,3}[01]{6,})+")


def holds_code(text: str) -> bool:
    """Whether a flattened text, numbers in digits, holds somebody's booking, document or account code.

    A word in which letters and digits alternate, one with many digits, or one without vowels before its digits; not
    measures, models, flights or hours.
    """
    return any(_is_code(met.group()) for met in _TOKEN.finditer(text))


def holds_opaque_word(text: str) -> bool:
    """Whether a long word of `text`, capitals kept, mixes small and capital letters and digits as only machines do."""
    return any(
        len(word) >= _OPAQUE
        and re.search(r"[a-z]", word)
        and re.search(r"[A-Z]", word[1:])
        and re.search(r"[0-9]", word)
        for word in re.findall(r"(?<![\w@#])[A-Za-z0-9+/=]{12,}", text)
    )


def with_roman_digits(text: str) -> str:
    """A plain text, its capitals kept, with Roman numerals of two letters and more in digits."""
    return _ROMAN_NUMERAL.sub(lambda met: str(_ROMAN_VALUES[met.group()]), text)


def encodes(text: str) -> bool:
    """Whether a plain text, its capitals kept, writes signs as numerals, or escapes them as pages and addresses do."""
    return _ROMAN.search(text) is not None or _ESCAPES.search(text) is not None


def spells_out(text: str) -> bool:
    """Whether a flattened text, numbers in digits, reads something out sign by sign, in pieces or by an alphabet."""
    plain = _ABBREVIATION.sub(" ", text)
    lone = [one for one in _SINGLE.findall(plain) if one.isalpha() and one not in _CONNECTORS]
    return (
        len(lone) > _MOST_LONE_LETTERS
        or any(_is_read_out(met.group()) for met in _SINGLES.finditer(plain))
        or any(map(_is_parted_code, _joined_pieces(plain)))
        or len(_READ_OUT.findall(text)) > _MOST_READ_OUT
        or any(re.search("[a-z]", met.group()) for met in _SPOKEN.finditer(text))
        or _MORSE.search(text) is not None
        or _BITS.search(text) is not None
    )


def pieces_of_code(text: str) -> bool:
    """Whether `text`, made plain with its capitals kept and numbers in digits, holds a code in several pieces.

    Pieces stand near one another: short words in capitals without vowels, or with digits among their letters. After a
    word that announces a reference every short word in capitals is one.
    """
    announced = _ANNOUNCED.search(text)
    if announced is not None and _is_announced_code(text[announced.end() : announced.end() + _ANNOUNCED_REACH]):
        return True
    document = _DOCUMENT.search(text)
    if document is not None and _is_document(text[document.end() : document.end() + _DOCUMENT_REACH]):
        return True
    return any(_is_code_in_pieces(met.group()) for met in _NEAR_PIECES.finditer(text))


def joined_pieces(text: str) -> str:
    """A flattened text in which neighbouring pieces of up to three signs stand together."""
    return _PIECES.sub(lambda met: " ".join(_rows(met.group())), text)


def _is_read_out(row: str) -> bool:
    """Whether single signs in a row are a code, and no counting (`1 o 2 y 3`)."""
    found = _SIGN.findall(row)
    signs = _BETWEEN_DIGITS.sub("", "".join(found))
    if len(signs) < _FEWEST_SINGLES or len(set(signs)) < _FEWEST_DIFFERENT or signs.isdigit():
        return False
    singly = all(len(sign) == 1 for sign in found)
    return singly or sum(sign.isalpha() and sign not in _CONNECTORS for sign in signs) >= 2


def _is_announced_code(after: str) -> bool:
    parts = [
        word
        for word in re.findall(r"[A-Za-z0-9]+", _BY_MESSAGE.sub(" ", after))
        if len(word) <= _LONGEST_ANNOUNCED and word not in _NOT_ANNOUNCED and (word.isupper() or not word.isalpha())
    ]
    code = "".join(parts)
    digits = sum(map(str.isdigit, code))
    return len(code) >= _SHORTEST and 0 < digits <= len(code) - 2


def _is_document(after: str) -> bool:
    words = [word for word in re.findall(r"[A-Za-z0-9]+", after) if word not in ACRONYMS]
    parts = "".join(word for word in words if word.isupper() or not word.isalpha())
    return len(parts) >= _SHORTEST_DOCUMENT and any(map(str.isdigit, parts)) and not parts.isdigit()


def _is_code_in_pieces(row: str) -> bool:
    pieces = [piece for piece in _CODE_PIECE.findall(row) if piece not in ACRONYMS]
    mixed = [piece for piece in pieces if not piece.isalpha() and not piece.isdigit()]
    code = "".join(pieces)
    digits = sum(map(str.isdigit, code))
    return len(pieces) >= 2 and bool(mixed) and len(code) >= _SHORTEST and 0 < digits <= len(code) - 2


def _is_code(token: str) -> bool:
    if not len(token) >= _SHORTEST or token.isalpha() or token.isdigit():
        return False
    if len(token) > _LONGEST:
        return True
    changes = len(_CHANGE.findall(token))
    digits = sum(map(str.isdigit, token))
    if digits >= _FEWEST_DIGITS:
        return True
    if _MEASURE.fullmatch(token) and not _without_vowels(token):
        return False
    return (changes >= _INTERLEAVED and _MEASURE.fullmatch(token) is None) or _without_vowels(token)


def _without_vowels(token: str) -> bool:
    letters = sum(map(str.isalpha, token))
    return letters >= 3 and len(token) >= _SHORTEST_WITHOUT_VOWELS and not _VOWEL.search(token)


def _joined_pieces(text: str) -> Iterator[str]:
    for met in _PIECES.finditer(text):
        yield from _rows(met.group())


def _rows(pieces: str) -> Iterator[str]:
    """Neighbouring pieces that are no words, put together; each word by itself."""
    row = ""
    for piece in re.findall(r"[a-z0-9]+", pieces):
        if piece in SHORT_WORDS:
            if row:
                yield row
            yield piece
            row = ""
        else:
            row += piece
    if row:
        yield row


def _is_parted_code(row: str) -> bool:
    letters = sum(map(str.isalpha, row))
    return len(row) >= _SHORTEST and 2 <= letters < len(row) and len(_CHANGE.findall(row)) >= _INTERLEAVED
