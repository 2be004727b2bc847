"""How pilots end: stopped, by disagreement, or promoted; each is one entry in the log."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ledger.canonical import Json
from ledger.entry import Entry
from records.nouns import Actor
from records.tables.rules import PilotRow
from service.pilot_reports import PilotReport

STOPPED = "stopped"
DISAGREEMENT = "disagreement"
PROMOTED = "promoted"


def end(
    session: Session,
    pilot: PilotRow,
    because: str,
    *,
    report: PilotReport,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> Entry:
    """End a pilot. Returns the entry for the log, with how it did, which the caller appends last."""
    pilot.ended_at = now
    pilot.ended_because = because
    pilot.ended_by = actor.tag
    session.add(pilot)
    session.flush()
    source = actor.tag.partition(":")[0]
    subject = "promoted" if because == PROMOTED else "stopped"
    body: dict[str, Json] = {
        "pilot": pilot.id,
        "brand": pilot.brand,
        "version": pilot.version,
        "because": because,
        "posts": report.overall.posts,
        "compared": report.overall.compared,
        "agreed": report.overall.agreed,
    }
    if note:
        body["note"] = note
    return Entry(kind=f"{source}:pilot:{subject}", at=now, actor=actor.tag, body=body)
