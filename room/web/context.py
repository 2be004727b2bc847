"""What every route of the room is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from ledger.entry import Sealer
from records.models import Brand
from room.verification.ports import LabelSink, VerificationPorts

HoursOf = Callable[[int, datetime], str]
"""Asked by account id and moment: today's hours of the desk in figures, `closed`, or empty where unknown."""


def unknown_hours(_account_id: int, _now: datetime) -> str:
    """The `hours_of` of a room without known hours."""
    return ""


@dataclass(frozen=True, kw_only=True)
class RoomContext:
    """What the routes work with. Handlers are plain functions, run on threads."""

    engine: Engine
    room_key: bytes = field(repr=False)
    sealer: Sealer = field(repr=False)
    clock: Callable[[], datetime]
    brand_of: Callable[[int], Brand]
    """Asked by account id."""
    secure_cookies: bool
    """For all but loopback."""
    hours_of: HoursOf = unknown_hours
    brands: tuple[Brand, ...] = ()
    """All brands that invite into these rooms."""
    source_header: str = ""
    """The header in which our own proxy says where a request comes from; empty where none does."""
    proof: VerificationPorts | None = None
    """What verification against the customer records needs; None where nobody is asked to prove anything."""
    label_sink: LabelSink | None = None
    """Keeps proofs as training labels, with consent; None where nothing is trained."""

    @property
    def only_brand(self) -> Brand | None:
        """The brand of every room; None where there are several."""
        return self.brands[0] if len(self.brands) == 1 else None
