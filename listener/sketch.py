"""A sketch of a text's words: texts that differ in a word or two have sketches that agree in most places.

Broder's min-wise hashing. A similarity hash of 64 bits was tried too: posts are short, and of those with one word
changed it found one in twenty.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterable
from operator import eq

PLACES = 16
BANDS = 4
AGREEING = 12
"""Of 16 places; as many as texts agree in, on average, that share three quarters of their words."""
FEWEST_WORDS = 4
_MOST_WORDS = 1_000
_READ = struct.Struct(f">{PLACES}H").unpack

Sketch = tuple[int, ...]
"""Sixteen numbers of 16 bits."""


def sketch_of(plain: str) -> Sketch | None:
    """The sketch of a normalised text; None for one of fewer than four words, where a word makes all the difference."""
    words = plain.split(None, _MOST_WORDS)[:_MOST_WORDS]
    if len(words) < FEWEST_WORDS:
        return None
    return tuple(map(min, zip(*map(_places, dict.fromkeys(words)), strict=True)))


def bands_of(sketch: Sketch) -> tuple[str, ...]:
    """The slices of a sketch, each with its number. Near-identical texts share at least one, as a rule."""
    width = PLACES // BANDS
    return tuple(f"{band}:{as_hex(sketch[band * width : (band + 1) * width])}" for band in range(BANDS))


def is_near(one: Sketch, other: Sketch) -> bool:
    """True for sketches of texts that are near-identical."""
    agreeing: int = sum(map(eq, one, other))
    return agreeing >= AGREEING


def near_ones(sketches: Iterable[Sketch], among: Iterable[Sketch]) -> dict[Sketch, set[Sketch]]:
    """For each sketch those near it, of those that share a band with it: each is compared with few others."""
    by_band: dict[str, list[Sketch]] = defaultdict(list)
    for other in among:
        for band in bands_of(other):
            by_band[band].append(other)
    return {
        sketch: {other for band in bands_of(sketch) for other in by_band.get(band, ()) if is_near(sketch, other)}
        for sketch in sketches
    }


def as_hex(sketch: Sketch) -> str:
    """As stored."""
    return "".join(f"{each:04x}" for each in sketch)


def from_hex(stored: str) -> Sketch:
    """What `as_hex` wrote."""
    return tuple(_READ(bytes.fromhex(stored)))


def _places(word: str) -> Sketch:
    digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=2 * PLACES).digest()
    return tuple(_READ(digest))
