"""Finds equal and nearly equal texts: how many others wrote one lately, and which earlier text it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlmodel import Session, col

from listener.ingest.minhash import MinHash, as_hex, bands_of, from_hex, minhash_of, near_among, plain_words
from records.bulk import parts
from records.tables.listener import MentionRevisionRow, TextBandRow

LONGEST_HASHED = 20_000
"""Characters of a text that are looked at."""
MOST_MINHASHES = 1_000
"""Different sketches that are compared, the most common first: of a pile-on it is enough to know that it is one."""


@dataclass(frozen=True, kw_only=True)
class _Text:
    digest: str
    counts_itself: bool


def store_minhashes(session: Session, texts: Mapping[tuple[int, str], str], *, now: datetime) -> None:
    """Keep the sketches of texts just stored, given by mention and the network's id of the text."""
    sketched = {
        key: sketch
        for key, text in texts.items()
        if (sketch := minhash_of(plain_words(text[:LONGEST_HASHED]))) is not None
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


def count_near_duplicates(session: Session, revision_ids: Sequence[int], *, since: datetime) -> dict[int, int]:
    """How many other mentions have said the same or nearly the same since then, by id of the revision.

    Only texts that stand now are counted. Those of fewer than four words are compared word for word.
    """
    found: dict[int, int] = {}
    for part in parts(list(dict.fromkeys(revision_ids))):
        texts = _texts(session, part, since)
        identical = _count_identical(session, {text.digest for text in texts.values()}, since)
        sketches = minhashes_of(session, part)
        counts = _count_by_minhash(session, set(sketches.values()), since)
        near = near_among(sketches.values(), counts)
        for revision_id, text in texts.items():
            said = identical.get(text.digest, 0)
            sketch = sketches.get(revision_id)
            if sketch is not None:
                said = max(said, sum(counts[other] for other in near[sketch]))
            found[revision_id] = max(0, said - text.counts_itself)
    return found


def forget_minhashes(session: Session, mention_ids: Sequence[int]) -> None:
    """Delete what was kept of the texts of these mentions."""
    of_these = select(col(MentionRevisionRow.id)).where(col(MentionRevisionRow.mention_id).in_(mention_ids))
    session.connection().execute(delete(TextBandRow).where(col(TextBandRow.revision_id).in_(of_these)))


def minhashes_of(session: Session, revision_ids: Sequence[int]) -> dict[int, MinHash]:
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


def _count_by_minhash(session: Session, sketches: set[MinHash], since: datetime) -> dict[MinHash, int]:
    """Mentions by sketch, of those that share a band with one of `sketches`."""
    counts: dict[MinHash, int] = {}
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
            .limit(MOST_MINHASHES)
        )
        for sketch, count in session.connection().execute(query):
            counts[from_hex(sketch)] = max(count, counts.get(from_hex(sketch), 0))
    return counts


CAMPAIGN_PAUSE = timedelta(days=7)
"""A text that nobody repeated for so long begins a wave of its own."""

_FIRST = func.min(func.coalesce(col(MentionRevisionRow.copy_of), col(MentionRevisionRow.id)))
_LINK = (
    update(MentionRevisionRow)
    .where(col(MentionRevisionRow.id) == bindparam("revision_id"))
    .values(copy_of=bindparam("first"))
)


def link_near_duplicates(session: Session, mention_ids: Sequence[int], *, now: datetime) -> None:
    """Write down of which earlier text each of these mentions' texts, just stored, is a copy."""
    for part in parts(mention_ids):
        _link(session, part, since=now - CAMPAIGN_PAUSE)


def _link(session: Session, mention_ids: Sequence[int], *, since: datetime) -> None:
    digests = _digests(session, mention_ids)
    if not digests:
        return
    sketches = minhashes_of(session, list(digests))
    by_digest = _first_by_digest(session, set(digests.values()), since)
    by_sketch = _first_by_minhash(session, set(sketches.values()), since)
    near = near_among(sketches.values(), by_sketch)
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
        session.connection().execute(_LINK, ties)


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


def _first_by_minhash(session: Session, sketches: Iterable[MinHash], since: datetime) -> dict[MinHash, int]:
    """Of the texts that share a band with one of `sketches`."""
    found: dict[MinHash, int] = {}
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
            .limit(MOST_MINHASHES)
        )
        for stored, first in session.connection().execute(query):
            sketch = from_hex(stored)
            found[sketch] = min(first, found.get(sketch, first))
    return found
