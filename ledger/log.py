"""Appending to the log, and its head."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from ledger.entry import Entry, entry_body
from ledger.merkle import Frontier, leaf_hash
from records.database import is_sqlite
from records.tables.ledger import LedgerEntryRow, LedgerFrontierRow

_FRONTIER_ID = 1
_EDGE = select(col(LedgerFrontierRow.size), col(LedgerFrontierRow.nodes)).where(
    col(LedgerFrontierRow.id) == _FRONTIER_ID
)


class DamagedLogError(Exception):
    """The stored frontier is not the frontier of any tree."""


def append(session: Session, entries: Sequence[Entry]) -> range:
    """Log `entries` in order and return their indexes. The last statement of the caller's transaction.

    Other writers wait for each other here (SQLite: for the whole transaction), so that indexes have no gaps.
    Raises, before anything is written, UnrecordableEntryError where an entry has no canonical form, and
    DamagedLogError.
    """
    frontier = locked_frontier(session) if entries else read_frontier(session)
    indexes = range(frontier.size, frontier.size + len(entries))
    if not entries:
        return indexes
    bodies = [entry_body(entry, index) for index, entry in zip(indexes, entries, strict=True)]
    leaves = [leaf_hash(body) for body in bodies]
    rows = [
        {
            "index": index,
            "kind": entry.kind,
            "at": entry.at,
            "mention_id": entry.mention_id,
            "case_id": entry.case_id,
            "body": body.decode(),
            "leaf_hash": leaf.hex(),
        }
        for index, entry, body, leaf in zip(indexes, entries, bodies, leaves, strict=True)
    ]
    session.connection().execute(insert(LedgerEntryRow), rows)
    _store_frontier(session, frontier.extended(leaves))
    return indexes


def size_and_root(session: Session) -> tuple[int, str]:
    """How many entries the log has, and the root of its tree in hexadecimal."""
    frontier = read_frontier(session)
    return frontier.size, frontier.root().hex()


def read_frontier(session: Session) -> Frontier:
    """The frontier of the tree as stored; an empty one before the first entry. Raises DamagedLogError."""
    return _stored(session, _EDGE) or Frontier()


def locked_frontier(session: Session) -> Frontier:
    """The frontier of the tree, locked until the transaction ends. Raises DamagedLogError."""
    session.flush()
    held = _stored(session, _EDGE.with_for_update())
    if held is None:
        upsert = sqlite.insert if is_sqlite(session) else postgresql.insert
        first = upsert(LedgerFrontierRow).values(id=_FRONTIER_ID, size=0, nodes=[])
        session.connection().execute(first.on_conflict_do_nothing())
        held = _stored(session, _EDGE.with_for_update())
    return held or Frontier()


def _stored(session: Session, query: Select[int, list[str]]) -> Frontier | None:
    try:
        stored = session.connection().execute(query).first()
        if stored is None:
            return None
        size, nodes = stored
        return Frontier(size, tuple(bytes.fromhex(node) for node in nodes))
    except (ValueError, TypeError) as error:
        raise DamagedLogError("The stored edge of the log is damaged: run `aparte ledger verify`.") from error


def _store_frontier(session: Session, frontier: Frontier) -> None:
    session.connection().execute(
        update(LedgerFrontierRow)
        .where(col(LedgerFrontierRow.id) == _FRONTIER_ID)
        .values(size=frontier.size, nodes=[node.hex() for node in frontier.nodes])
    )
