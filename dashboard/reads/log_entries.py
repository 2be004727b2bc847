"""The log as compliance reads it: entries newest first, and its head."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.reads.one_case import typed_reference
from ledger.log import size_and_root
from records.tables.cases import CareCaseRow
from records.tables.ledger import CheckpointRow, LedgerEntryRow

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """Which entries are asked for; None or empty means all."""

    kind: str = ""
    """Beginning of the tag, for example `agent:` or `step:reply`."""
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
    mention_id: int | None
    case_id: int | None
    told: str
    """Its open body, as JSON."""
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
    if wanted.reference:
        case_id = select(col(CareCaseRow.id)).where(col(CareCaseRow.reference) == typed_reference(wanted.reference))
        query = query.where(col(LedgerEntryRow.case_id).in_(case_id))
    if wanted.since is not None:
        query = query.where(col(LedgerEntryRow.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(LedgerEntryRow.at) < wanted.until)
    rows = session.execute(query.order_by(col(LedgerEntryRow.index).desc()).limit(most)).scalars()
    return tuple(_entry(row) for row in rows)


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


def _entry(row: LedgerEntryRow) -> LogEntry:
    try:
        body = json.loads(row.body)
    except ValueError:
        body = {}
    return LogEntry(
        index=row.index,
        at=row.at,
        kind=row.kind,
        actor=str(body.get("actor", "")),
        mention_id=row.mention_id,
        case_id=row.case_id,
        told=json.dumps(body.get("body", {}), ensure_ascii=False, sort_keys=True),
        sealed=bool(body.get("sealed")),
        leaf_hash=row.leaf_hash,
    )
