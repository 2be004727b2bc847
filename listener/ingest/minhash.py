"""Digests and MinHashes of texts, by which equal and nearly equal texts are found.

Broder's min-wise hashing. A similarity hash of 64 bits was tried too: posts are short, and of those with one word
changed it found one in twenty.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from operator import eq

_MENTION = re.compile(r"@\w+")
_LINK = re.compile(r"https?://\S+")
_NOT_WORD = re.compile(r"[\W_]+")
_BYTES = 16

PLACES = 16
BANDS = 4
AGREEING = 12
"""Of 16 places; as many as texts agree in, on average, that share three quarters of their words."""
FEWEST_WORDS = 4
_MOST_WORDS = 1_000
_WIRE = struct.Struct(f">{PLACES}H")

MinHash = tuple[int, ...]
"""Sixteen numbers of 16 bits."""


def text_digest(text: str) -> str:
    """32 hexadecimal digits, equal for texts that differ only in case, mentions, links, accents' form or punctuation.

    A text of nothing but those, such as a lone link or emoji, is digested as it stands.
    """
    folded = _folded(text)
    plain = _plain(folded)
    return hashlib.blake2b((plain or folded).encode("utf-8", "replace"), digest_size=_BYTES).hexdigest()


def plain_words(text: str) -> str:
    """The words of a text, folded, without mentions, links and punctuation; empty where there are none."""
    return _plain(_folded(text))


def minhash_of(plain: str) -> MinHash | None:
    """The MinHash of plain words; None for fewer than four, where one word makes all the difference."""
    words = plain.split(None, _MOST_WORDS)[:_MOST_WORDS]
    if len(words) < FEWEST_WORDS:
        return None
    return tuple(map(min, zip(*map(_places, dict.fromkeys(words)), strict=True)))


def bands_of(minhash: MinHash) -> tuple[str, ...]:
    """The four quarters of a MinHash, each with its number. Nearly equal texts share at least one, as a rule."""
    stored = as_hex(minhash)
    width = len(stored) // BANDS
    return tuple(f"{band}:{stored[band * width : (band + 1) * width]}" for band in range(BANDS))


def is_near(one: MinHash, other: MinHash) -> bool:
    """True for the MinHashes of texts that are nearly equal."""
    agreeing: int = sum(map(eq, one, other))
    return agreeing >= AGREEING


def near_among(minhashes: Iterable[MinHash], among: Iterable[MinHash]) -> dict[MinHash, set[MinHash]]:
    """For each MinHash those near it, of those that share a band with it: each is compared with few others."""
    by_band: dict[str, list[MinHash]] = defaultdict(list)
    for other in among:
        for band in bands_of(other):
            by_band[band].append(other)
    return {
        minhash: {other for band in bands_of(minhash) for other in by_band.get(band, ()) if is_near(minhash, other)}
        for minhash in minhashes
    }


def as_hex(minhash: MinHash) -> str:
    """As stored."""
    return _WIRE.pack(*minhash).hex()


def from_hex(stored: str) -> MinHash:
    """What `as_hex` wrote."""
    return _WIRE.unpack(bytes.fromhex(stored))


def _places(word: str) -> MinHash:
    digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=2 * PLACES).digest()
    return _WIRE.unpack(digest)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _plain(folded: str) -> str:
    plain = _LINK.sub(" ", folded)
    plain = _MENTION.sub(" ", plain)
    return _NOT_WORD.sub(" ", plain).strip()
