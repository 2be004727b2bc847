"""How often a text was said lately by others: word for word, or nearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from listener.bulk import parts
from listener.sketch import Sketch, as_hex, bands_of, from_hex, near_ones, sketch_of
from listener.text_digest import plain_words
from records.tables.listener import MentionRevisionRow, TextBandRow

LONGEST_SKETCHED = 20_000
"""Characters of a text that are looked at."""
MOST_SKETCHES = 1_000
"""Different sketches that are compared, the most common first: of a pile-on it is enough to know that it is one."""


@dataclass(frozen=True, kw_only=True)
class _Text:
    digest: str
    counts_itself: bool


def keep_sketches(session: Session, texts: Mapping[tuple[int, str], str], *, now: datetime) -> None:
    """Keep the sketches of texts just stored, given by mention and the network's id of the text."""
    sketched = {
        key: sketch
        for key, text in texts.items()
        if (sketch := sketch_of(plain_words(text[:LONGEST_SKETCHED]))) is not None
    }
    if not sketched:
        return
    rows = [
        {"revision_id": revision_id, "band": band, "sketch": as_hex(sketched[key]), "heard_at": now}
        for key, revision_id in _revision_ids(session, list(sketched)).items()
        for band in bands_of(sketched[key])
    ]
    if rows:
        session.connection().execute(insert(TextBandRow), rows)


def count_copies(session: Session, revision_ids: Sequence[int], *, since: datetime) -> dict[int, int]:
    """How many other mentions have said the same or nearly the same since then, by id of the revision.

    Only texts that stand now are counted. Those of fewer than four words are compared word for word.
    """
    found: dict[int, int] = {}
    for part in parts(list(dict.fromkeys(revision_ids))):
        texts = _texts(session, part, since)
        identical = _count_identical(session, {text.digest for text in texts.values()}, since)
        sketches = sketches_of(session, part)
        counts = _count_by_sketch(session, set(sketches.values()), since)
        near = near_ones(sketches.values(), counts)
        for revision_id, text in texts.items():
            said = identical.get(text.digest, 0)
            sketch = sketches.get(revision_id)
            if sketch is not None:
                said = max(said, sum(counts[other] for other in near[sketch]))
            found[revision_id] = max(0, said - text.counts_itself)
    return found


def forget_sketches(session: Session, mention_ids: Sequence[int]) -> None:
    """Delete what was kept of the texts of these mentions."""
    of_these = select(col(MentionRevisionRow.id)).where(col(MentionRevisionRow.mention_id).in_(mention_ids))
    session.connection().execute(delete(TextBandRow).where(col(TextBandRow.revision_id).in_(of_these)))


def sketches_of(session: Session, revision_ids: Sequence[int]) -> dict[int, Sketch]:
    """The sketches that are kept of these revisions; those of a few words have none."""
    query = (
        select(col(TextBandRow.revision_id), col(TextBandRow.sketch))
        .where(col(TextBandRow.revision_id).in_(revision_ids))
        .distinct()
    )
    return {revision_id: from_hex(sketch) for revision_id, sketch in session.connection().execute(query)}


def _revision_ids(session: Session, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Of those that have no sketch yet: another process may have stored the same page."""
    wanted, found = set(keys), {}
    for part in parts(sorted({mention_id for mention_id, _ in keys})):
        query = (
            select(col(MentionRevisionRow.id), col(MentionRevisionRow.mention_id), col(MentionRevisionRow.external_id))
            .outerjoin(TextBandRow, col(TextBandRow.revision_id) == col(MentionRevisionRow.id))
            .where(
                col(MentionRevisionRow.mention_id).in_(part),
                col(MentionRevisionRow.superseded_at).is_(None),
                col(TextBandRow.id).is_(None),
            )
        )
        for revision_id, mention_id, external_id in session.connection().execute(query):
            if (mention_id, external_id) in wanted:
                found[mention_id, external_id] = revision_id or 0
    return found


def _texts(session: Session, revision_ids: Sequence[int], since: datetime) -> dict[int, _Text]:
    query = select(
        col(MentionRevisionRow.id),
        col(MentionRevisionRow.text_digest),
        col(MentionRevisionRow.heard_at),
        col(MentionRevisionRow.superseded_at),
    ).where(col(MentionRevisionRow.id).in_(revision_ids))
    return {
        revision_id or 0: _Text(digest=digest, counts_itself=superseded_at is None and heard_at >= since)
        for revision_id, digest, heard_at, superseded_at in session.connection().execute(query)
    }


def _count_identical(session: Session, digests: set[str], since: datetime) -> dict[str, int]:
    query = (
        select(col(MentionRevisionRow.text_digest), func.count())
        .where(
            col(MentionRevisionRow.text_digest).in_(digests - {""}),
            col(MentionRevisionRow.heard_at) >= since,
            col(MentionRevisionRow.superseded_at).is_(None),
        )
        .group_by(col(MentionRevisionRow.text_digest))
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}


def _count_by_sketch(session: Session, sketches: set[Sketch], since: datetime) -> dict[Sketch, int]:
    """Mentions by sketch, of those that share a band with one of `sketches`."""
    counts: dict[Sketch, int] = {}
    bands = sorted({band for sketch in sketches for band in bands_of(sketch)})
    for part in parts(bands):
        query = (
            select(col(TextBandRow.sketch), func.count(col(TextBandRow.revision_id).distinct()))
            .join(MentionRevisionRow, col(MentionRevisionRow.id) == col(TextBandRow.revision_id))
            .where(
                col(TextBandRow.band).in_(part),
                col(TextBandRow.heard_at) >= since,
                col(MentionRevisionRow.superseded_at).is_(None),
            )
            .group_by(col(TextBandRow.sketch))
            .order_by(func.count(col(TextBandRow.revision_id).distinct()).desc(), col(TextBandRow.sketch))
            .limit(MOST_SKETCHES)
        )
        for sketch, count in session.connection().execute(query):
            counts[from_hex(sketch)] = max(count, counts.get(from_hex(sketch), 0))
    return counts
