"""Tries that opened nothing: how many are too many, and when they are a spray.

A link has 256 secret bits and is therefore always looked at; only the answer to a miss changes. A code has 40, so that
its door stops looking: at an address after 20 misses in a minute; and at a door that everybody together missed 300
times in a minute, at an address after 3 misses in ten minutes. An address that missed nothing is always heard, so that
a spray from anywhere keeps nobody out who holds a true code.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session, col

from records.tables.room import RoomGuessRow

MOST_OF_A_SOURCE = 20
MOST_AT_A_DOOR = 300
MINUTE = timedelta(minutes=1)
MOST_IN_A_FLOOD = 3
SPELL = timedelta(minutes=10)
"""How far back a flood, and a spray, is counted."""
SPRAY = 100
"""So many misses at a door within a spell are a spray; so are `MOST_OF_A_SOURCE` of one address."""
KEPT_FOR = timedelta(days=1)


class Door(StrEnum):
    """Where somebody tries."""

    LINK = "link"
    CODE = "code"
    PROOF = "proof"


@dataclass(frozen=True, kw_only=True)
class Spray:
    """Many misses at one door within `SPELL`. Misses of an address that is turned away are not counted on."""

    door: str
    misses: int
    sources: int
    since: datetime


def source_digest(room_key: bytes, address: str, now: datetime) -> str:
    """What is kept of an address: HMAC-SHA256 under a key of the day, so that days cannot be matched."""
    day_key = hmac.digest(room_key, b"aparte sources of " + now.date().isoformat().encode(), hashlib.sha256)
    return hmac.digest(day_key, address.encode("utf-8", "replace"), hashlib.sha256).hex()


def missed(session: Session, door: str, source: str, *, now: datetime) -> None:
    """Keep a miss of `source`, a `source_digest`. Of one that is turned away no more are kept."""
    if not too_many(session, door, source, now=now):
        session.add(RoomGuessRow(door=Door(door).value, made_at=now, source_digest=source))
        session.flush()


def too_many(session: Session, door: str, source: str, *, now: datetime) -> bool:
    """True where `source`, a `source_digest`, is not heard at this door for now."""
    theirs = col(RoomGuessRow.source_digest) == source
    if _count(session, door, now - MINUTE, MOST_OF_A_SOURCE, theirs) >= MOST_OF_A_SOURCE:
        return True
    return (
        _count(session, door, now - SPELL, MOST_IN_A_FLOOD, theirs) >= MOST_IN_A_FLOOD
        and _count(session, door, now - MINUTE, MOST_AT_A_DOOR) >= MOST_AT_A_DOOR
    )


def sprays(session: Session, *, now: datetime) -> Sequence[Spray]:
    """The doors that are sprayed at present."""
    a_source = (
        select(
            col(RoomGuessRow.door).label("door"),
            func.count().label("misses"),
            func.min(col(RoomGuessRow.made_at)).label("since"),
        )
        .where(col(RoomGuessRow.made_at) > now - SPELL)
        .group_by(col(RoomGuessRow.door), col(RoomGuessRow.source_digest))
        .subquery()
    )
    misses = func.sum(a_source.c.misses)
    query = (
        select(a_source.c.door, misses, func.count(), func.min(a_source.c.since))
        .group_by(a_source.c.door)
        .having((misses >= SPRAY) | (func.max(a_source.c.misses) >= MOST_OF_A_SOURCE))
        .order_by(a_source.c.door)
    )
    return [
        Spray(door=door, misses=int(number), sources=sources, since=since)
        for door, number, sources, since in session.connection().execute(query)
    ]


def forget_guesses(session: Session, *, now: datetime) -> None:
    """Drop what is older than a day."""
    session.execute(delete(RoomGuessRow).where(col(RoomGuessRow.made_at) < now - KEPT_FOR))


def _count(session: Session, door: str, after: datetime, most: int, *conditions: ColumnElement[bool]) -> int:
    """How many misses a door had after a moment, counted no further than `most`."""
    found = (
        select(col(RoomGuessRow.id))
        .where(col(RoomGuessRow.door) == door, col(RoomGuessRow.made_at) > after, *conditions)
        .limit(most)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(found)).scalar_one())
