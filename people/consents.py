"""Consents: a yes to one versioned question, and its withdrawal."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from records.enums import Purpose
from records.tables.people import ConsentRow

_DIGEST_CHARACTERS = 16


def wording_version(language: str, question: str) -> str:
    """Language and digest of the very question that was shown, such as `es-3f1c…`."""
    return f"{language}-{hashlib.sha256(question.encode()).hexdigest()[:_DIGEST_CHARACTERS]}"


def give_consent(
    session: Session,
    *,
    identity_id: int,
    purpose: Purpose,
    wording_version: str,
    room_id: int | None,
    now: datetime,
) -> int:
    """Record a yes and return the id of the consent; a live consent is kept as it was given."""
    live = live_consent(session, identity_id, purpose)
    if live is not None:
        return live
    row = ConsentRow(
        identity_id=identity_id,
        purpose=purpose.value,
        wording_version=wording_version,
        room_id=room_id,
        given_at=now,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def withdraw_consent(session: Session, *, identity_id: int, purpose: Purpose, now: datetime) -> tuple[int, ...]:
    """End every live consent to `purpose` and return their ids; none where there was none."""
    live = _live(identity_id, purpose)
    ids = tuple(session.execute(select(col(ConsentRow.id)).where(*live)).scalars())
    if ids:
        session.execute(update(ConsentRow).where(col(ConsentRow.id).in_(ids)).values(withdrawn_at=now))
    return tuple(identifier for identifier in ids if identifier is not None)


def live_consent(session: Session, identity_id: int, purpose: Purpose) -> int | None:
    """The id of the live consent; None where there is none."""
    query = select(col(ConsentRow.id)).where(*_live(identity_id, purpose)).order_by(col(ConsentRow.id)).limit(1)
    return session.execute(query).scalar()


def has_consent(session: Session, identity_id: int, purpose: Purpose) -> bool:
    """True where the person said yes and did not take it back."""
    return live_consent(session, identity_id, purpose) is not None


def _live(identity_id: int, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (
        col(ConsentRow.identity_id) == identity_id,
        col(ConsentRow.purpose) == purpose.value,
        col(ConsentRow.withdrawn_at).is_(None),
    )
