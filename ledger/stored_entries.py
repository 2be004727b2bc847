"""Entries as the database holds them, read so that damage is reported instead of breaking the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlmodel import Session

from ledger.entry import ENTRY_VERSION, instant
from ledger.merkle import leaf_hash
from records.database import is_sqlite

_ENTRIES_A_FETCH = 500

# SQLite keeps whatever bytes it is given: as blobs, bytes that are no text can be read and named.
_FROM_SQLITE = """
SELECT "index", CAST(kind AS BLOB), CAST("at" AS BLOB), mention_id, case_id, CAST(body AS BLOB), CAST(leaf_hash AS BLOB)
FROM ledger_entry ORDER BY "index"
"""
_FROM_POSTGRESQL = 'SELECT "index", kind, "at", mention_id, case_id, body, leaf_hash FROM ledger_entry ORDER BY "index"'


@dataclass(frozen=True, kw_only=True)
class StoredEntry:
    """One row of the log, unverified."""

    index: int
    kind: str
    at: str
    """As the log writes time, where the column holds one."""
    mention_id: object
    case_id: object
    body: bytes
    leaf_hash: str


def stored_entries(session: Session) -> Iterator[StoredEntry]:
    """Every entry by index, a few hundred at a time, so that memory does not grow with the log."""
    on_sqlite = is_sqlite(session)
    query = text(_FROM_SQLITE if on_sqlite else _FROM_POSTGRESQL)
    for index, kind, at, mention_id, case_id, body, stored_hash in session.connection().execute(
        query, execution_options={"yield_per": _ENTRIES_A_FETCH}
    ):
        yield StoredEntry(
            index=index,
            kind=_text(kind),
            at=_instant(at),
            mention_id=mention_id,
            case_id=case_id,
            body=_bytes(body),
            leaf_hash=_text(stored_hash),
        )


def _instant(at: object) -> str:
    if isinstance(at, datetime):
        return instant(at)
    return _text(at).replace(" ", "T", 1) + "Z"


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def entry_fault(entry: StoredEntry) -> str:
    """What is wrong with `entry`, as the rest of a sentence; empty where nothing is."""
    computed = leaf_hash(entry.body).hex()
    if computed != entry.leaf_hash:
        return f"its body gives the leaf hash {computed}, stored is {entry.leaf_hash}"
    try:
        body = orjson.loads(entry.body)
    except orjson.JSONDecodeError:
        return "its body is no JSON"
    if not isinstance(body, Mapping):
        return "its body is no JSON object"
    if body.get("v") != ENTRY_VERSION:
        return f"its body is of version {body.get('v')!r}, this program reads version {ENTRY_VERSION}"
    return _column_fault(entry, body)


def _column_fault(entry: StoredEntry, body: Mapping[str, object]) -> str:
    columns = {
        "index": entry.index,
        "kind": entry.kind,
        "at": entry.at,
        "mention": entry.mention_id,
        "case": entry.case_id,
    }
    for name, stored in columns.items():
        if body.get(name) != stored:
            return f"its body says {name} {body.get(name)!r}, its column says {stored!r}"
    return ""
