"""What one stored entry must satisfy by itself."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ledger.entry import ENTRY_VERSION
from ledger.merkle import leaf_hash
from ledger.stored import StoredEntry


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
