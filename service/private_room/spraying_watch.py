"""Alerts, and one log entry, about many failed attempts at links, codes and proofs of the private rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry
from ledger.log import append
from records.database import reading, writing
from records.tables.ledger import LedgerEntryRow
from room.verification.throttling import SprayAttack, find_spray_attacks
from service.notifications.alerts import Alerts
from service.wiring.app import App

SPRAYING_ALERT = "room-guesses"
ACTOR = "service:watching"
_GUESSED = "service:room:guessed"
_SAME_SPELL = timedelta(hours=1)
"""Password spraying seen so soon after an entry in the log, by another process, is the same attack."""
_TRIED = {"link": "links", "code": "codes", "proof": "proofs of identity"}


def watch_spraying(app: App, alerts: Alerts, *, now: datetime) -> None:
    """Alert once, and log once, about each attack on links, codes and proofs."""
    with reading(app.engine) as session:
        found = find_spray_attacks(session, now=now)
    if not found:
        alerts.clear(SPRAYING_ALERT)
        return
    if alerts.raise_once(SPRAYING_ALERT, _guessed(found)):
        with writing(app.engine) as session:
            _log(session, found, now)


def _guessed(found: Sequence[SprayAttack]) -> str:
    tried = " and ".join(
        f"{spray.misses} wrong {_TRIED[spray.scope]} from {spray.sources} "
        f"address{'es' if spray.sources > 1 else ''} since {spray.since:%H:%M} UTC"
        for spray in found
    )
    return (
        f"Somebody guesses at the private rooms: {tried}, not counting tries that were turned away unread. "
        "No counted try opened a room. Block the addresses at your proxy if it goes on."
    )


def _log(session: Session, found: Sequence[SprayAttack], now: datetime) -> None:
    told = exists().where(col(LedgerEntryRow.kind) == _GUESSED, col(LedgerEntryRow.at) > now - _SAME_SPELL)
    if session.execute(select(told)).scalar():
        return
    doors: list[Json] = [{"door": spray.scope, "misses": spray.misses, "sources": spray.sources} for spray in found]
    append(session, [Entry(kind=_GUESSED, at=now, actor=ACTOR, body={"doors": doors})])
