"""Masks what nobody should write to us: card numbers, PINs, one-time codes and passwords. Pure.

Amounts, dates, telephones, booking and case references stay, since the matter is about them. So do IBANs: a refund
needs one, it authorises nothing by itself, and the room is where it belongs.
"""

from __future__ import annotations

from dataclasses import dataclass

from room.card_numbers import card_numbers
from room.plain_signs import plain_signs
from room.secret_words import Secret, SecretKind, code_after_card, secrets_by_words

MASK = "••••"
"""Stands for a secret, however long it was. Of a card the last four digits follow, to tell one from another."""


@dataclass(frozen=True, kw_only=True)
class Masked:
    """A text without its secrets."""

    text: str
    kinds: frozenset[SecretKind]
    """What was masked; empty where nothing was."""


def masked(text: str) -> Masked:
    """`text` with its secrets masked. Any text is taken; masking twice changes nothing more."""
    plain = plain_signs(text)
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
            # The rest of a secret that reaches beyond the one before it goes too.
            done = max(done, last)
            continue
        pieces += [text[done:first], instead]
        kinds.add(kind)
        done = last
    return Masked(text="".join([*pieces, text[done:]]), kinds=frozenset(kinds))


def _as_found(secret: Secret) -> tuple[int, int, SecretKind, str]:
    return secret.start, secret.end, secret.kind, MASK
