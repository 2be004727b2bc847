"""A text prepared for the search for identifiers, and what the words around one say of its kind and owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from classifier.terms.phrases import fold, phrase_pattern, phrases_at, read_terms
from records.enums import Owner

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\bt\.co/\w+")


@dataclass(frozen=True, kw_only=True)
class ScannedText:
    """One text, its folded form of the same length, and the market whose formats are expected."""

    text: str
    folded: str
    """Web addresses are blanked: digits in them are no identifiers."""
    market: str


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """An identifier in a scanned text, before its owner is known."""

    kind: str
    start: int
    end: int
    value: str = field(repr=False)
    public: bool = False
    """True where its form alone shows that it is no person's own, for example a freephone number."""
    mobile: bool = False
    """True for a mobile number: the words around it cannot make it a company's."""


def scan_text(text: str, *, market: str) -> ScannedText:
    """Fold `text` and blank the web addresses in it."""
    folded = fold(text)
    if "http" in folded or "www." in folded or "t.co" in folded:
        folded = _ADDRESS.sub(lambda met: " " * len(met.group()), folded)
    return ScannedText(text=text, folded=folded, market=market.upper())


KIND_REACH = 45
"""Characters before a number in which the word that names its kind is looked for."""
_OWNER_REACH = 90
_AFTER_REACH = 50
_SENTENCE_END = re.compile(r"[!?\n]|\.\s")


def kind_before(scanned: ScannedText, start: int) -> str:
    """The kind named by the nearest word before `start` (`card`, `phone`, `booking`...), or empty."""
    nearest = ""
    for met in _words().kinds.finditer(scanned.folded, max(0, start - KIND_REACH), start):
        nearest = met.lastgroup or ""
    return nearest


def owner_of(scanned: ScannedText, found: Identifier) -> Owner:
    """The owner of `found` by its form and the words around it; the author where nothing says otherwise."""
    if found.public:
        return Owner.PUBLIC
    may_be_public = found.kind in {"phone", "email"} and not found.mobile
    before = _nearest_owner(scanned.folded[max(0, found.start - _OWNER_REACH) : found.start])
    if before is not None:
        return before if before is not Owner.PUBLIC or may_be_public else Owner.OWN
    after = _SENTENCE_END.split(scanned.folded[found.end : found.end + _AFTER_REACH], maxsplit=1)[0]
    if _words().owners[Owner.OTHERS].search(after):
        return Owner.OTHERS
    return Owner.PUBLIC if may_be_public and _words().owners[Owner.PUBLIC].search(after) else Owner.OWN


def is_role_mailbox(local: str, domain: str) -> bool:
    """Whether an address belongs to a desk of a company rather than to a person."""
    words = _words()
    return local in words.role_mailboxes and domain.partition(".")[0] not in words.free_mail


@dataclass(frozen=True, kw_only=True)
class _Words:
    kinds: re.Pattern[str]
    owners: Mapping[Owner, re.Pattern[str]]
    role_mailboxes: frozenset[str]
    free_mail: frozenset[str]


@cache
def _words() -> _Words:
    terms = read_terms("personal_data")
    kinds = terms["kinds"]
    if not isinstance(kinds, dict):
        raise TypeError("personal_data.yaml needs a mapping of phrases under `kinds`; correct the file.")
    owners = {Owner.OWN: "own", Owner.OTHERS: "others", Owner.PUBLIC: "public"}
    return _Words(
        kinds=_nearest_kind_pattern(kinds),
        owners={owner: re.compile(phrase_pattern(phrases_at(terms, key))) for owner, key in owners.items()},
        role_mailboxes=frozenset(phrases_at(terms, "role_mailboxes")),
        free_mail=frozenset(phrases_at(terms, "free_mail")),
    )


def _nearest_kind_pattern(kinds: Mapping[str, object]) -> re.Pattern[str]:
    """One pattern for all kinds, the longest phrases first, so that `case number` is not read as `number`."""
    listed = [(phrase, kind) for kind in kinds for phrase in phrases_at(kinds, kind)]
    listed.sort(key=lambda entry: -len(entry[0]))
    groups: dict[str, list[str]] = {}
    for phrase, kind in listed:
        groups.setdefault(kind, []).append(phrase)
    return re.compile("|".join(f"(?P<{kind}>{phrase_pattern(phrases)})" for kind, phrases in groups.items()))


def _nearest_owner(before: str) -> Owner | None:
    nearest, place = None, -1
    for owner, pattern in _words().owners.items():
        for met in pattern.finditer(before):
            if met.end() >= place:
                nearest, place = owner, met.end()
    return nearest
