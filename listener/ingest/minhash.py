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


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _plain(folded: str) -> str:
    plain = _LINK.sub(" ", folded)
    plain = _MENTION.sub(" ", plain)
    return _NOT_WORD.sub(" ", plain).strip()


PLACES = 16
BANDS = 4
AGREEING = 12
"""Of 16 places; as many as texts agree in, on average, that share three quarters of their words."""
FEWEST_WORDS = 4
_MOST_WORDS = 1_000
_READ = struct.Struct(f">{PLACES}H").unpack

MinHash = tuple[int, ...]
"""Sixteen numbers of 16 bits."""


def minhash_of(plain: str) -> MinHash | None:
    """The sketch of a normalised text; None for one of fewer than four words, where a word makes all the difference."""
    words = plain.split(None, _MOST_WORDS)[:_MOST_WORDS]
    if len(words) < FEWEST_WORDS:
        return None
    return tuple(map(min, zip(*map(_places, dict.fromkeys(words)), strict=True)))


def bands_of(sketch: MinHash) -> tuple[str, ...]:
    """The slices of a sketch, each with its number. Near-identical texts share at least one, as a rule."""
    width = PLACES // BANDS
    return tuple(f"{band}:{as_hex(sketch[band * width : (band + 1) * width])}" for band in range(BANDS))


def is_near(one: MinHash, other: MinHash) -> bool:
    """True for sketches of texts that are near-identical."""
    agreeing: int = sum(map(eq, one, other))
    return agreeing >= AGREEING


def near_among(sketches: Iterable[MinHash], among: Iterable[MinHash]) -> dict[MinHash, set[MinHash]]:
    """For each sketch those near it, of those that share a band with it: each is compared with few others."""
    by_band: dict[str, list[MinHash]] = defaultdict(list)
    for other in among:
        for band in bands_of(other):
            by_band[band].append(other)
    return {
        sketch: {other for band in bands_of(sketch) for other in by_band.get(band, ()) if is_near(sketch, other)}
        for sketch in sketches
    }


def as_hex(sketch: MinHash) -> str:
    """As stored."""
    return "".join(f"{each:04x}" for each in sketch)


def from_hex(stored: str) -> MinHash:
    """What `as_hex` wrote."""
    return tuple(_READ(bytes.fromhex(stored)))


def _places(word: str) -> MinHash:
    digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=2 * PLACES).digest()
    return tuple(_READ(digest))
