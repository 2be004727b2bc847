"""What the log is told of a human act: openly that it was done, sealed what it said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from ledger.canonical import Json
from ledger.entry import Entry
from ledger.log import append
from records.nouns import Actor
from service.desk_reading import subject_of_case
from service.house import House


class Seal(TypedDict):
    """The sealed part of a log entry, and whose key opens it."""

    subject: str
    sealed: str


def sealed_for_case(house: House, session: Session, case_id: int, fields: dict[str, str]) -> Seal:
    """`fields` sealed under the key of the person whose case it is."""
    subject = subject_of_case(session, case_id)
    return {"subject": subject, "sealed": house.vault.seal(subject, fields)}


def log_act(
    session: Session,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    case_id: int | None = None,
    body: dict[str, Json] | None = None,
    seal: Seal | None = None,
) -> None:
    """Append the entry of one human act: the last statement of its transaction."""
    session.flush()
    entry = Entry(kind=kind, at=now, actor=actor.tag, case_id=case_id, body=body or {})
    append(session, [replace(entry, **seal) if seal else entry])
