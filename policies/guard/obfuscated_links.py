"""Obfuscated addresses and mailboxes that only people can follow: dots in words, gaps, `hxxp`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_GAP = r"\s{0,3}"
_OPEN, _SHUT = r"[\(\[{<«_*-]{1,2}", r"[\)\]}>»_*-]{1,2}"
_WORD_DOT = r"(?:punto|dot|point)"
_SURE = "com|net|org|info|biz|app|online|site|xyz|shop|link|mx|uk|fr|ly|gl|gg|io|dev|bank|example|test|invalid|co"
"""Endings that are no words of a sentence."""
_ANY = rf"{_SURE}|es|me|us|cl|ar|pe|br|pt|it|de|eu|tv|cat|ec|uy|ve|gob|gov|edu"
_END = r"(?=$|\s*[/.,;:!?)\]»\"']|\s+(?:barra|slash)\b)"
_DOTTED = re.compile(
    # endings after a dot in words, in brackets, or with gaps around it
    rf"(?<![a-z0-9-])[a-z0-9][a-z0-9-]{{0,62}}{_GAP}(?:(?:{_OPEN}{_GAP})?{_WORD_DOT}{_GAP}(?:{_SHUT})?{_GAP}(?:(?:{_SURE})\b|(?:{_ANY}){_END})"
    rf"|{_OPEN}{_GAP}(?:{_WORD_DOT}|[.,]){_GAP}{_SHUT}{_GAP}(?:{_ANY})\b"
    rf"|(?:\s{{1,3}}[.·•‧∙。]\s{{0,3}}|\s{{0,3}}[.·•‧∙。]\s{{1,3}}|[,·•‧∙。])(?:com|net|org|info|example)\b)"
)
_SCHEME = re.compile(
    r"\bh[\s.-]t[\s.-]t[\s.-]p\b|\bh[tx*]{1,2}p?p?s?\b\s*(?:[:;(\[]|\s//|\s*dos\s+puntos|\s*colon\b)|\bhxxps?\b|\bwww\b|\bdoble\s?u\b.*\bpunto\b|\b(?:triple|tres)\s+(?:uve\s+doble|w)\b"
)
_SHORTENER = re.compile(
    r"\b(?:bit|goo|tinyurl|t|wa|cutt|ow|is|rebrand)\s?[., ]\s?(?:ly|gl|com|me|gd|co|tt)\s?(?:/|barra\b|slash\b)\s?\w"
)
_GOES_ON = re.compile(rf"{_GAP}(?:{_OPEN}{_GAP})?{_WORD_DOT}{_GAP}(?:{_SHUT}{_GAP})?(?:{_ANY})\b")
"""Another ending behind the first one: `acme punto com` and `acme punto com punto mx` are two addresses."""
_DOT = re.compile(rf"{_GAP}(?:{_OPEN}{_GAP})?(?:\b{_WORD_DOT}\b|[.,·])(?:{_GAP}{_SHUT})?{_GAP}")
_AT = re.compile(
    rf"{_GAP}(?:{_OPEN}{_GAP}(?:arroba|at|a){_GAP}{_SHUT}|(?<=\s)arr?oba(?=\s)|(?<![a-z])arroba(?![a-z])"
    rf"|(?<=\s)at(?=\s+[a-z0-9-]+(?:{_GAP}(?:{_OPEN}{_GAP})?{_WORD_DOT}\b|\s?\.[a-z]))){_GAP}"
    # a handle has a space before its sign and none behind
    rf"|(?<!\s)@\s{{1,3}}|\s{{1,3}}@(?:\s{{1,3}}|(?=[a-z0-9-]{{1,63}}\.[a-z]{{2,}}))"
)
_MAIL_DOT = re.compile(
    rf"(?<=[a-z0-9]){_GAP}(?:{_OPEN}{_GAP}(?:{_WORD_DOT}|[.]){_GAP}{_SHUT}|\b{_WORD_DOT}\b|\.){_GAP}(?=[a-z0-9])"
)
_MAILBOX = re.compile(r"[a-z0-9._%+-]{1,64}@(?P<domain>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{2,63})+)")
_FREE_MAIL = re.compile(
    rf"[a-z0-9._-]{{2,64}}(?:{_GAP}(?:{_OPEN})?{_GAP}(?:@|arroba|at|en|a|in){_GAP}(?:{_SHUT})?{_GAP}|[^\w\s]{{1,4}})(?:gmail|hotmail|outlook|yahoo|icloud|protonmail)\b"
    # a name, and the provider with its ending parted by a space
    rf"|(?<![\w@.])(?!(?:de|del|en|tu|su|con|un|una|el|la|your|my|our|on|in|from|with|the|a)\s)[a-z0-9._-]{{3,64}}\s+"
    rf"(?:gmail|hotmail|outlook|yahoo|icloud|protonmail)\s+(?:com|es|net|org|mx)\b"
)
_SIGN_IN_WORD = re.compile(r"[a-z0-9#+&$=*~^|]@")
"""No handle: before the sign of a handle no letter stands."""
_IN_PIECES = re.compile(
    r"@(?:[\s-]*[a-z0-9-]{1,9}[\s-]+){1,10}?[a-z0-9-]{0,9}[\s-]*\.[\s-]*(?:"
    + "|".join(r"[\s-]*".join(ending) for ending in ("com", "net", "org", "mx", "example", "test"))
    + r")(?![a-z])"
)
_SIGNS = re.compile(r"[^\w\s@.%+-]")


def holds_obfuscated_link(text: str, *, domains: Sequence[str]) -> bool:
    """Whether a flattened text, its real links left out, names an address outside `domains` in a spelled form."""
    if _SHORTENER.search(text):
        return True
    homes = tuple(domain.lower().strip(".") for domain in domains if domain)
    named = False
    for met in _DOTTED.finditer(text):
        named = True
        if _GOES_ON.match(text, met.end()) or not _is_home(_address(text, met), homes):
            return True
    return not named and _SCHEME.search(text) is not None


def spelled_mailboxes(text: str) -> Iterator[str]:
    """The mailboxes of a flattened text, also where `@` and dots are words, parted, or between other signs."""
    for form in dict.fromkeys((_with_signs(text), _with_signs(_SIGNS.sub("", text)))):
        for met in _MAILBOX.finditer(form):
            yield met.group().strip(".")
    for pattern in (_FREE_MAIL, _IN_PIECES, _SIGN_IN_WORD):
        for met in pattern.finditer(text):
            yield met.group()


def plain_mailboxes(text: str) -> Iterator[str]:
    """The mailboxes of a flattened text that are written as they are."""
    yield from (met.group() for met in _MAILBOX.finditer(text))


def _with_signs(text: str) -> str:
    if "@" not in text and "arr" not in text and "at" not in text and not re.search(r"[(\[{<]\s?a\s?[)\]}>]", text):
        return ""
    spoken = _AT.sub("@", text)
    return "" if "@" not in spoken else _MAIL_DOT.sub(".", spoken)


def _address(text: str, met: re.Match[str]) -> str:
    """The whole address that a spelled ending belongs to."""
    before = re.search(rf"(?:[a-z0-9-]+{_DOT.pattern})*$", text[max(0, met.start() - 80) : met.start()])
    whole = (before.group() if before else "") + met.group()
    return re.sub(r"\s", "", re.sub(_DOT.pattern, ".", whole))


def _is_home(address: str, homes: Sequence[str]) -> bool:
    return any(address == home or address.endswith(f".{home}") for home in homes)
