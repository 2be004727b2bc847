"""The log as compliance reads it: entries newest first, and its head."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from dashboard.reads.case import typed_reference
from ledger.log import size_and_root
from ledger.verification import Verification, verify
from records.tables.cases import CareCaseRow
from records.tables.ledger import CheckpointRow, LedgerEntryRow
from service.desk.agents import agent_names
from service.wiring.app import App
from service.wiring.keys import verification_key

PAGE = 50
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "decisions": ("mention:",),
    "replies": ("reply:",),
    "cases": ("case:",),
    "rooms": ("room:", "message:"),
    "files": ("file:",),
    "proofs": ("proof:", "proved:"),
    "letters": ("letter:", "proof:asked"),
    "consents": ("consented:", "withdrew:"),
    "crises": ("crisis:",),
    "rulebooks": ("rulebook:", "pilot:"),
    "articles": ("article:",),
    "people": ("crm:", "subject-key:"),
    "access": ("session:", "account:", "entry:"),
}
"""What entries are about, and how their kinds go on after the source."""
_SOURCES = ("agent", "room", "service", "step", "person")


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """Which entries are asked for; None or empty means all."""

    kind: str = ""
    """Beginning of the tag, for example `agent:` or `step:reply`."""
    family: str = ""
    """One of FAMILIES."""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One entry; what is personal in it stays sealed."""

    index: int
    at: datetime
    kind: str
    actor: str
    name: str
    """Of the agent who did it; empty where it was nobody of the team."""
    mention_id: int | None
    case_id: int | None
    reference: str
    """Of its case; empty where it has none, or it is gone."""
    body: str
    """Its open part, as JSON."""
    sealed: bool
    leaf_hash: str


@dataclass(frozen=True, kw_only=True)
class LogHead:
    """Size and root of the tree, and the latest signed checkpoint."""

    size: int
    root: str
    checkpoint_size: int | None
    checkpoint_root: str
    checkpoint_at: datetime | None
    checkpoint_key_id: str


def log_entries(
    session: Session, wanted: EntryFilter, *, before: int | None = None, most: int = PAGE
) -> tuple[LogEntry, ...]:
    """The newest `most` entries below the index `before`."""
    query = select(LedgerEntryRow)
    if before is not None:
        query = query.where(col(LedgerEntryRow.index) < before)
    if wanted.kind and not wanted.kind.isprintable():
        return ()
    if wanted.kind:
        query = query.where(col(LedgerEntryRow.kind).startswith(wanted.kind, autoescape=True))
    if wanted.family:
        beginnings = [f"{source}:{subject}" for source in _SOURCES for subject in FAMILIES[wanted.family]]
        query = query.where(or_(*(col(LedgerEntryRow.kind).startswith(one, autoescape=True) for one in beginnings)))
    if wanted.reference:
        case_id = select(col(CareCaseRow.id)).where(col(CareCaseRow.reference) == typed_reference(wanted.reference))
        query = query.where(col(LedgerEntryRow.case_id).in_(case_id))
    if wanted.since is not None:
        query = query.where(col(LedgerEntryRow.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(LedgerEntryRow.at) < wanted.until)
    rows = list(session.execute(query.order_by(col(LedgerEntryRow.index).desc()).limit(most)).scalars())
    bodies = [_body(row) for row in rows]
    names = agent_names(session, [str(body.get("actor", "")) for body in bodies])
    references = _references(session, {row.case_id for row in rows if row.case_id is not None})
    return tuple(_entry(row, body, names, references) for row, body in zip(rows, bodies, strict=True))


def log_head(session: Session) -> LogHead:
    """Where the log ends."""
    size, root = size_and_root(session)
    last = session.execute(select(CheckpointRow).order_by(col(CheckpointRow.id).desc()).limit(1)).scalar_one_or_none()
    return LogHead(
        size=size,
        root=root,
        checkpoint_size=last.size if last else None,
        checkpoint_root=last.root if last else "",
        checkpoint_at=last.made_at if last else None,
        checkpoint_key_id=last.key_id if last else "",
    )


def verify_log(session: Session, app: App) -> Verification:
    """Recompute the whole log, and check its checkpoints against the key of this installation."""
    return verify(session, signing_keys=[verification_key(app.master_key)])


def _references(session: Session, case_ids: set[int]) -> dict[int, str]:
    rows = session.execute(
        select(col(CareCaseRow.id), col(CareCaseRow.reference)).where(col(CareCaseRow.id).in_(sorted(case_ids)))
    )
    return {row[0]: row[1] for row in rows}


def _body(row: LedgerEntryRow) -> dict[str, object]:
    try:
        body = json.loads(row.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _entry(
    row: LedgerEntryRow, body: Mapping[str, object], names: Mapping[str, str], references: Mapping[int, str]
) -> LogEntry:
    actor = str(body.get("actor", ""))
    return LogEntry(
        index=row.index,
        at=row.at,
        kind=row.kind,
        actor=actor,
        name=names.get(actor, ""),
        mention_id=row.mention_id,
        case_id=row.case_id,
        reference=references.get(row.case_id or 0, ""),
        body=json.dumps(body.get("body", {}), ensure_ascii=False, sort_keys=True),
        sealed=bool(body.get("sealed")),
        leaf_hash=row.leaf_hash,
    )
