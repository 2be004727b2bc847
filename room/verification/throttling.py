"""Limits failed attempts at links and codes, and recognises password spraying.

A link has 256 secret bits and is therefore always checked; only the answer to a failure changes. A code has 40, so
that codes are refused unchecked: from a source after 20 failures in a minute; and, where all sources together failed
300 times in a minute, from a source after 3 failures in ten minutes. A source without failures is always checked, so
that a spray from anywhere locks nobody out who holds a true code.
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

from records.tables.room import FailedAttemptRow

MOST_OF_A_SOURCE = 20
MOST_OF_A_SCOPE = 300
MINUTE = timedelta(minutes=1)
MOST_IN_A_FLOOD = 3
WINDOW = timedelta(minutes=10)
"""How far back a flood, and a spray, is counted."""
SPRAY_ATTEMPTS = 100
"""So many misses at a door within a spell are a spray; so are `MOST_OF_A_SOURCE` of one address."""
KEPT_FOR = timedelta(days=1)


class ThrottleScope(StrEnum):
    """Where somebody tries."""

    LINK = "link"
    CODE = "code"
    PROOF = "proof"


@dataclass(frozen=True, kw_only=True)
class SprayAttack:
    """Many misses at one door within `SPELL`. Misses of an address that is turned away are not counted on."""

    door: str
    misses: int
    sources: int
    since: datetime


def source_digest(room_key: bytes, address: str, now: datetime) -> str:
    """What is kept of an address: HMAC-SHA256 under a key of the day, so that days cannot be matched."""
    day_key = hmac.digest(room_key, b"aparte sources of " + now.date().isoformat().encode(), hashlib.sha256)
    return hmac.digest(day_key, address.encode("utf-8", "replace"), hashlib.sha256).hex()


def record_failed_attempt(session: Session, door: str, source: str, *, now: datetime) -> None:
    """Keep a miss of `source`, a `source_digest`. Of one that is turned away no more are kept."""
    if not is_throttled(session, door, source, now=now):
        session.add(FailedAttemptRow(door=ThrottleScope(door).value, made_at=now, source_digest=source))
        session.flush()


def is_throttled(session: Session, door: str, source: str, *, now: datetime) -> bool:
    """True where `source`, a `source_digest`, is not heard at this door for now."""
    theirs = col(FailedAttemptRow.source_digest) == source
    if _count(session, door, now - MINUTE, MOST_OF_A_SOURCE, theirs) >= MOST_OF_A_SOURCE:
        return True
    return (
        _count(session, door, now - WINDOW, MOST_IN_A_FLOOD, theirs) >= MOST_IN_A_FLOOD
        and _count(session, door, now - MINUTE, MOST_OF_A_SCOPE) >= MOST_OF_A_SCOPE
    )


def find_spray_attacks(session: Session, *, now: datetime) -> Sequence[SprayAttack]:
    """The doors that are sprayed at present."""
    a_source = (
        select(
            col(FailedAttemptRow.door).label("door"),
            func.count().label("misses"),
            func.min(col(FailedAttemptRow.made_at)).label("since"),
        )
        .where(col(FailedAttemptRow.made_at) > now - WINDOW)
        .group_by(col(FailedAttemptRow.door), col(FailedAttemptRow.source_digest))
        .subquery()
    )
    misses = func.sum(a_source.c.misses)
    query = (
        select(a_source.c.door, misses, func.count(), func.min(a_source.c.since))
        .group_by(a_source.c.door)
        .having((misses >= SPRAY_ATTEMPTS) | (func.max(a_source.c.misses) >= MOST_OF_A_SOURCE))
        .order_by(a_source.c.door)
    )
    return [
        SprayAttack(door=door, misses=int(number), sources=sources, since=since)
        for door, number, sources, since in session.connection().execute(query)
    ]


def delete_old_attempts(session: Session, *, now: datetime) -> None:
    """Drop what is older than a day."""
    session.execute(delete(FailedAttemptRow).where(col(FailedAttemptRow.made_at) < now - KEPT_FOR))


def _count(session: Session, door: str, after: datetime, most: int, *conditions: ColumnElement[bool]) -> int:
    """How many misses a door had after a moment, counted no further than `most`."""
    found = (
        select(col(FailedAttemptRow.id))
        .where(col(FailedAttemptRow.door) == door, col(FailedAttemptRow.made_at) > after, *conditions)
        .limit(most)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(found)).scalar_one())
