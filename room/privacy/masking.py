"""Masks what nobody should write to us: card numbers, PINs, one-time codes and passwords. Pure.

Amounts, dates, telephones, booking and case references stay, since the matter is about them. So do IBANs: a refund
needs one, it authorises nothing by itself, and the room is where it belongs.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from room.privacy.card_numbers import card_numbers
from room.privacy.secret_words import Secret, SecretKind, code_after_card, secrets_by_words

MASK = "••••"
"""Stands for a secret, however long it was. Of a card the last four digits follow, to tell one from another."""


@dataclass(frozen=True, kw_only=True)
class MaskedText:
    """A text without its secrets."""

    text: str
    kinds: frozenset[SecretKind]
    """What was masked; empty where nothing was."""


def mask_secrets(text: str) -> MaskedText:
    """`text` with its secrets masked. Any text is accepted; masking is idempotent."""
    plain = fold_text(text)
    cards = list(card_numbers(plain.text))
    found = [(card.start, card.end, SecretKind.CARD, f"{MASK} {card.last_four}") for card in cards]
    codes = [code for card in cards if (code := code_after_card(plain.text, card.end))]
    found += [_as_found(secret) for secret in (*codes, *secrets_by_words(plain.text))]
    pieces: list[str] = []
    kinds: set[SecretKind] = set()
    done = 0
    # Where two overlap, the one that begins first, then the longer one.
    for start, end, kind, instead in sorted(found, key=lambda each: (each[0], -each[1])):
        first, last = plain.span(start, end)
        if first < done:
            # Where a secret overlaps the one before it, its remainder is masked too.
            done = max(done, last)
            continue
        pieces += [text[done:first], instead]
        kinds.add(kind)
        done = last
    return MaskedText(text="".join([*pieces, text[done:]]), kinds=frozenset(kinds))


def _as_found(secret: Secret) -> tuple[int, int, SecretKind, str]:
    return secret.start, secret.end, secret.kind, MASK


_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Unicode categories of combining and invisible characters."""
_MOST_OF_ONE = 4
"""The most characters that one may fold to; some ligatures expand to whole phrases."""


@dataclass(frozen=True, kw_only=True)
class FoldedText:
    """The folded text, and for each of its characters the index in the original text."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range in the original text of the folded `[start, end)`; `end > start`."""
        return self.places[start], self.places[end - 1] + 1


def fold_text(text: str) -> FoldedText:
    """Fold `text`: digits of every script to 0-9, no case, accents or invisible characters. Any text is accepted."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for plain in _folded(sign):
            signs.append(plain)
            places.append(place)
    return FoldedText(text="".join(signs), places=tuple(places))


@lru_cache(maxsize=4_096)
def _folded(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    if unicodedata.category(sign) in _UNSEEN:
        return ""
    decimal = unicodedata.digit(sign, None)
    if decimal is not None:
        return str(decimal)
    if unicodedata.category(sign) == "Zs":
        return " "
    if unicodedata.category(sign) == "Pd":
        return "-"
    apart = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in apart if unicodedata.category(part) not in _UNSEEN).lower()[:_MOST_OF_ONE]
