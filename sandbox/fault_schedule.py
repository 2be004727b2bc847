"""Draws what goes wrong from a seed.

The lot of a call depends on the call and its number alone, never on what ran beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

from sandbox.fault_kinds import SCHEDULED, SCHEDULED_SPELLS, SCHEDULED_WRITES, TIMED

SHARE = 0.03
SPELL_SHARE = 0.05
"""So many spells for every plain fault of the schedule."""
SHORTEST_SPELL, LONGEST_SPELL = 30, 300
IDENTIFIER = re.compile(r"(?<=/)(?:\d{3,}|\d+(?:[_-]\d+)+|m_\d+)(?=/|$)")
VERSION = re.compile(r"^/v\d+\.\d+(?=/)")


@dataclass(frozen=True, kw_only=True)
class FaultCall:
    """A call as far as failures look at it. `now` is sandbox time; None where no spell may begin."""

    method: str
    path: str
    account: int | None = None
    now: float | None = None

    @property
    def endpoint(self) -> str:
        """The path without its ids and version."""
        return IDENTIFIER.sub(":id", VERSION.sub("", self.path))

    @property
    def writes(self) -> bool:
        """True where it may change something."""
        return self.method not in {"GET", "HEAD"}


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A failure of the schedule. `spell_seconds` says how long a spell stands; None for plain kinds."""

    kind: str
    spell_seconds: float | None = None


class FaultSchedule:
    """The lots of one seed. `share` of all calls fail; `hang` is how many real seconds a call is left hanging."""

    def __init__(self, seed: int, *, share: float = SHARE, hang: float = 2.0) -> None:
        self._seed = seed
        self._share = share
        self._hang = hang
        self._counts: Counter[tuple[int | None, str, str]] = Counter()

    def draw(self, call: FaultCall) -> Drawn | None:
        """Count a call and draw its lot."""
        key = (call.account, call.method, call.endpoint)
        self._counts[key] += 1
        lot = Lot(f"{self._seed}:{key}:{self._counts[key]}")
        if call.now is not None and lot.share("spell") < self._share * SPELL_SHARE:
            length = SHORTEST_SPELL + lot.number("length") % (LONGEST_SPELL - SHORTEST_SPELL + 1)
            return Drawn(kind=lot.choice("which spell", SCHEDULED_SPELLS), spell_seconds=length)
        if lot.share("fault") < self._share:
            return Drawn(kind=self._timed(lot.choice("which", SCHEDULED_WRITES if call.writes else SCHEDULED)))
        return None

    def _timed(self, kind: str) -> str:
        head = next((head for head in TIMED if kind.startswith(head)), None)
        return kind if head is None else f"{head}{self._hang:g}"


@dataclass(frozen=True, slots=True)
class Lot:
    """Numbers that follow from a subject alone, the same on every run."""

    subject: str

    def number(self, about: str) -> int:
        """A whole number from 0 to 2^64 - 1."""
        return int.from_bytes(blake2b(f"{self.subject}:{about}".encode(), digest_size=8).digest())

    def share(self, about: str) -> float:
        """A number from 0 to 1."""
        return self.number(about) / 2**64

    def choice(self, about: str, among: tuple[str, ...]) -> str:
        """One of several."""
        return among[self.number(about) % len(among)]
