"""Ids as X makes them: milliseconds since X's epoch, then 22 bits that are unique within one millisecond.

The low half of the 22 bits belongs to posts of the seed, the high half to acts, so that the two never collide.
"""

from __future__ import annotations

from zlib import crc32

X_EPOCH_MS = 1288834974657
LOW_BITS = 22
ACT_BIT = 1 << (LOW_BITS - 1)


def snowflake(milliseconds: int, low: int) -> int:
    """An id for that instant (epoch milliseconds); ids of instants before X's epoch are clamped to it."""
    return (max(milliseconds - X_EPOCH_MS, 1) << LOW_BITS) | low


def scattered(at: float, source: str) -> int:
    """Epoch milliseconds within the second of `at`, scattered by the source id.

    X's ids are sorted only to about a second; a post can appear after one with a larger id.
    """
    return int(at) * 1000 + crc32(source.encode(errors="surrogatepass")) % 1000


class ActIds:
    """Issues ids for acts: equal acts at equal sandbox times get equal ids, whatever happened in between."""

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}
        self._issued: set[int] = set()

    def issue(self, at: float, about: str) -> int:
        """The next id for an act about `about` (for example `reply:17`); later acts about it get larger ids."""
        ordinal = self._ordinals.get(about, 0)
        self._ordinals[about] = ordinal + 1
        bucket = crc32(about.encode()) & 0x1FFFF
        low = ACT_BIT | (bucket << 4) | (ordinal & 15)
        milliseconds = int(at * 1000) + (ordinal >> 4)
        issued = snowflake(milliseconds, low)
        while issued in self._issued:
            milliseconds += 1
            issued = snowflake(milliseconds, low)
        self._issued.add(issued)
        return issued
