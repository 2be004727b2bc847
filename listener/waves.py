"""Ties copies of a text to the first of them, word for word or nearly, so that a campaign can be seen as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col

from listener.bulk import parts
from listener.copies import MOST_SKETCHES, sketches_of
from listener.sketch import Sketch, bands_of, from_hex, near_ones
from records.tables.listener import MentionRevisionRow, TextBandRow

WITHIN = timedelta(days=7)
"""A text that nobody repeated for so long begins a wave of its own."""

_FIRST = func.min(func.coalesce(col(MentionRevisionRow.copy_of), col(MentionRevisionRow.id)))
_TIE = (
    update(MentionRevisionRow)
    .where(col(MentionRevisionRow.id) == bindparam("revision_id"))
    .values(copy_of=bindparam("first"))
)


def tie_copies(session: Session, mention_ids: Sequence[int], *, now: datetime) -> None:
    """Write down of which earlier text each of these mentions' texts, just stored, is a copy."""
    for part in parts(mention_ids):
        _tie(session, part, since=now - WITHIN)


def _tie(session: Session, mention_ids: Sequence[int], *, since: datetime) -> None:
    digests = _digests(session, mention_ids)
    if not digests:
        return
    sketches = sketches_of(session, list(digests))
    by_digest = _first_by_digest(session, set(digests.values()), since)
    by_sketch = _first_by_sketch(session, set(sketches.values()), since)
    near = near_ones(sketches.values(), by_sketch)
    ties = []
    for revision_id in sorted(digests):
        digest, sketch = digests[revision_id], sketches.get(revision_id)
        alike = () if sketch is None else near[sketch]
        first = min(by_digest.get(digest, revision_id), *(by_sketch[other] for other in alike), revision_id)
        if first < revision_id:
            ties.append({"revision_id": revision_id, "first": first})
            by_digest[digest] = first
            if sketch is not None:
                by_sketch[sketch] = first
    if ties:
        session.connection().execute(_TIE, ties)


def _digests(session: Session, mention_ids: Sequence[int]) -> dict[int, str]:
    """Of the texts as they stand, by revision."""
    query = select(col(MentionRevisionRow.id), col(MentionRevisionRow.text_digest)).where(
        col(MentionRevisionRow.mention_id).in_(mention_ids), col(MentionRevisionRow.superseded_at).is_(None)
    )
    return {revision_id or 0: digest for revision_id, digest in session.connection().execute(query)}


def _first_by_digest(session: Session, digests: set[str], since: datetime) -> dict[str, int]:
    query = (
        select(col(MentionRevisionRow.text_digest), _FIRST)
        .where(
            col(MentionRevisionRow.text_digest).in_(digests),
            col(MentionRevisionRow.heard_at) >= since,
            col(MentionRevisionRow.superseded_at).is_(None),
        )
        .group_by(col(MentionRevisionRow.text_digest))
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}


def _first_by_sketch(session: Session, sketches: Iterable[Sketch], since: datetime) -> dict[Sketch, int]:
    """Of the texts that share a band with one of `sketches`."""
    found: dict[Sketch, int] = {}
    bands = sorted({band for sketch in sketches for band in bands_of(sketch)})
    for part in parts(bands):
        query = (
            select(col(TextBandRow.sketch), _FIRST)
            .join(MentionRevisionRow, col(MentionRevisionRow.id) == col(TextBandRow.revision_id))
            .where(
                col(TextBandRow.band).in_(part),
                col(TextBandRow.heard_at) >= since,
                col(MentionRevisionRow.superseded_at).is_(None),
            )
            .group_by(col(TextBandRow.sketch))
            .order_by(_FIRST)
            .limit(MOST_SKETCHES)
        )
        for stored, first in session.connection().execute(query):
            sketch = from_hex(stored)
            found[sketch] = min(first, found.get(sketch, first))
    return found
