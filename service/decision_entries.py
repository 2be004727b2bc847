"""What the log and the decision row are told of the facts behind a decision."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson

from records.nouns import Fact, FactValue


def facts_digest(facts: Mapping[str, Mapping[str, FactValue]]) -> str:
    """SHA-256 of a decision's facts as stored, with sorted names: ties the row to its ledger entry."""
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def facts_as_json(facts: Mapping[str, Fact]) -> dict[str, dict[str, FactValue]]:
    """Facts as the decision row keeps them: `{name: {"value": ..., "source": ...}}`."""
    return {name: {"value": fact.value, "source": fact.source} for name, fact in facts.items()}
