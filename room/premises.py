"""What every door of the room is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from ledger.entry import Sealer
from records.nouns import Brand


@dataclass(frozen=True, kw_only=True)
class Premises:
    """The house as the room knows it; doors are plain functions over it, run on threads."""

    engine: Engine
    room_key: bytes = field(repr=False)
    sealer: Sealer = field(repr=False)
    clock: Callable[[], datetime]
    brand_of: Callable[[int], Brand]
    """Asked by account id."""
    secure_cookies: bool
    """For all but loopback."""
