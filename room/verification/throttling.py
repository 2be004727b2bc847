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
"""How far back a flood and a spray are counted."""
SPRAY_ATTEMPTS = 100
"""Failures in one scope within `WINDOW` that make a spray; so do `MOST_OF_A_SOURCE` of one source."""
KEPT_FOR = timedelta(days=1)


class ThrottleScope(StrEnum):
    """What is attempted; limits are counted by scope."""

    LINK = "link"
    CODE = "code"
    PROOF = "proof"


@dataclass(frozen=True, kw_only=True)
class SprayAttack:
    """Many failures in one scope within `WINDOW`. Failures of a throttled source are not counted."""

    scope: str
    misses: int
    sources: int
    since: datetime


def source_digest(room_key: bytes, address: str, now: datetime) -> str:
    """What is stored of an address: HMAC-SHA256 under a key of the day, so that days cannot be matched."""
    day_key = hmac.digest(room_key, b"aparte sources of " + now.date().isoformat().encode(), hashlib.sha256)
    return hmac.digest(day_key, address.encode("utf-8", "replace"), hashlib.sha256).hex()


def record_failed_attempt(session: Session, scope: str, source: str, *, now: datetime) -> None:
    """Store a failure of `source`, a `source_digest`. No further failure of a throttled source is stored."""
    if not is_throttled(session, scope, source, now=now):
        session.add(FailedAttemptRow(door=ThrottleScope(scope).value, made_at=now, source_digest=source))
        session.flush()


def is_throttled(session: Session, scope: str, source: str, *, now: datetime) -> bool:
    """True while attempts of `source`, a `source_digest`, are refused in this scope."""
    theirs = col(FailedAttemptRow.source_digest) == source
    if _count(session, scope, now - MINUTE, MOST_OF_A_SOURCE, theirs) >= MOST_OF_A_SOURCE:
        return True
    return (
        _count(session, scope, now - WINDOW, MOST_IN_A_FLOOD, theirs) >= MOST_IN_A_FLOOD
        and _count(session, scope, now - MINUTE, MOST_OF_A_SCOPE) >= MOST_OF_A_SCOPE
    )


def find_spray_attacks(session: Session, *, now: datetime) -> Sequence[SprayAttack]:
    """The scopes under attack at present."""
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
        SprayAttack(scope=scope, misses=int(number), sources=sources, since=since)
        for scope, number, sources, since in session.connection().execute(query)
    ]


def delete_old_attempts(session: Session, *, now: datetime) -> None:
    """Delete attempts older than a day."""
    session.execute(delete(FailedAttemptRow).where(col(FailedAttemptRow.made_at) < now - KEPT_FOR))


def _count(session: Session, scope: str, after: datetime, most: int, *conditions: ColumnElement[bool]) -> int:
    """How many failures a scope had after a moment, counted no further than `most`."""
    found = (
        select(col(FailedAttemptRow.id))
        .where(col(FailedAttemptRow.door) == scope, col(FailedAttemptRow.made_at) > after, *conditions)
        .limit(most)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(found)).scalar_one())
