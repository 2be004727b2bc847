"""Pilots: a rulebook that runs beside the one in use, on the same posts, until it is promoted or stopped."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry
from policies.rulebook.rulebook import Rulebook
from records.enums import Action, Mode
from records.models import Actor
from records.tables.rules import PilotRow, PilotVerdictRow
from service.brands.rulebook_versions import stored_rulebook
from service.pilots.report import PilotReport

_WHOLE = 2**64


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """A pilot that runs."""

    id: int
    brand: str
    rulebook: Rulebook
    mode: Mode
    """`shadow`: its verdicts are stored only; `live`: it decides for its share of threads."""
    share: float
    salt: str
    most_invitations: int

    def takes(self, root_external_id: str) -> bool:
        """Whether a thread is one of its share: the same threads for as long as it runs."""
        return is_in_share(self.salt, self.brand, root_external_id, share=self.share)


def is_in_share(salt: str, brand: str, root_external_id: str, *, share: float) -> bool:
    """True for `share` of all threads, evenly and for ever the same. Pure."""
    told = "\x00".join((salt, brand, root_external_id)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(told).digest()[:8], "big") < share * _WHOLE


def running_pilots(session: Session) -> Mapping[str, Pilot]:
    """By brand: the pilot that runs. One query where its rulebook is known to this process."""
    rows = session.execute(select(PilotRow).where(col(PilotRow.ended_at).is_(None))).scalars()
    return {
        row.brand: Pilot(
            id=row.id,
            brand=row.brand,
            rulebook=stored_rulebook(session, row.version),
            mode=Mode(row.mode),
            share=row.share,
            salt=row.salt,
            most_invitations=row.most_invitations,
        )
        for row in rows
    }


def pilot_verdicts_since(session: Session, pilot: Pilot, since: datetime) -> Mapping[int, Counter[str]]:
    """By account: how often each of its rules has decided since then."""
    query = (
        select(col(PilotVerdictRow.account_id), col(PilotVerdictRow.rule), func.count())
        .where(col(PilotVerdictRow.pilot_id) == pilot.id, col(PilotVerdictRow.made_at) >= since)
        .group_by(col(PilotVerdictRow.account_id), col(PilotVerdictRow.rule))
    )
    found: dict[int, Counter[str]] = {}
    for account_id, rule, count in session.execute(query):
        found.setdefault(account_id, Counter())[rule] = count
    return found


def pilot_invitations_since(session: Session, pilot: Pilot, since: datetime) -> int:
    """How many people a pilot has invited to a room since then."""
    query = select(func.count()).where(
        col(PilotVerdictRow.pilot_id) == pilot.id,
        col(PilotVerdictRow.made_at) >= since,
        col(PilotVerdictRow.action) == Action.MOVE_PRIVATE,
    )
    return int(session.execute(query).scalar_one())


STOPPED = "stopped"
DISAGREEMENT = "disagreement"
PROMOTED = "promoted"


def end_pilot(
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
