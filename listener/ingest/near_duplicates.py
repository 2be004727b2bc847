"""Finds equal and nearly equal texts: how many others wrote one lately, and which earlier text it repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update
from sqlmodel import Session, col

from listener.ingest.minhash import MinHash, as_hex, bands_of, from_hex, minhash_of, near_among, plain_words
from records.bulk import VALUES, fetch_by, parts
from records.tables.listener import MentionRevisionRow, TextBandRow

LONGEST_HASHED = 20_000
"""Characters of a text that are looked at."""
MOST_MINHASHES = 1_000
"""Different MinHashes that are compared, the most common first: of a campaign it is enough to know that it is one."""
CAMPAIGN_PAUSE = timedelta(days=7)
"""A text that nobody repeated for so long begins a campaign of its own."""

_COUNT = func.count(col(TextBandRow.revision_id).distinct())
_FIRST: ColumnElement[int] = func.min(func.coalesce(col(MentionRevisionRow.copy_of), col(MentionRevisionRow.id)))


def _per_digest(aggregate: ColumnElement[int]) -> Select[str, int]:
    return (
        select(col(MentionRevisionRow.text_digest), aggregate)
        .where(
            col(MentionRevisionRow.text_digest).in_(VALUES),
            col(MentionRevisionRow.heard_at) >= bindparam("since"),
            col(MentionRevisionRow.superseded_at).is_(None),
        )
        .group_by(col(MentionRevisionRow.text_digest))
    )


def _per_minhash(aggregate: ColumnElement[int], *order: Any) -> Select[str, int]:
    return (
        select(col(TextBandRow.sketch), aggregate)
        .join(MentionRevisionRow, col(MentionRevisionRow.id) == col(TextBandRow.revision_id))
        .where(
            col(TextBandRow.band).in_(VALUES),
            col(TextBandRow.heard_at) >= bindparam("since"),
            col(MentionRevisionRow.superseded_at).is_(None),
        )
        .group_by(col(TextBandRow.sketch))
        .order_by(*order)
        .limit(MOST_MINHASHES)
    )


_COUNT_EQUAL, _FIRST_EQUAL = _per_digest(func.count()), _per_digest(_FIRST)
_COUNT_NEAR, _FIRST_NEAR = _per_minhash(_COUNT, _COUNT.desc(), col(TextBandRow.sketch)), _per_minhash(_FIRST, _FIRST)

_INSERT_BANDS = insert(TextBandRow)
_MINHASHES = (
    select(col(TextBandRow.revision_id), col(TextBandRow.sketch))
    .where(col(TextBandRow.revision_id).in_(VALUES))
    .distinct()
)
_WITHOUT_MINHASH = (
    select(col(MentionRevisionRow.id), col(MentionRevisionRow.mention_id), col(MentionRevisionRow.external_id))
    .outerjoin(TextBandRow, col(TextBandRow.revision_id) == col(MentionRevisionRow.id))
    .where(
        col(MentionRevisionRow.mention_id).in_(VALUES),
        col(MentionRevisionRow.superseded_at).is_(None),
        col(TextBandRow.id).is_(None),
    )
)
_TEXTS = select(
    col(MentionRevisionRow.id),
    col(MentionRevisionRow.text_digest),
    col(MentionRevisionRow.heard_at),
    col(MentionRevisionRow.superseded_at),
).where(col(MentionRevisionRow.id).in_(VALUES))
_LIVE_DIGESTS = select(col(MentionRevisionRow.id), col(MentionRevisionRow.text_digest)).where(
    col(MentionRevisionRow.mention_id).in_(VALUES),
    col(MentionRevisionRow.superseded_at).is_(None),
)
_LINK = (
    update(MentionRevisionRow)
    .where(col(MentionRevisionRow.id) == bindparam("revision_id"))
    .values(copy_of=bindparam("first"))
)


@dataclass(frozen=True, kw_only=True)
class _Text:
    digest: str
    counts_itself: bool


def store_minhashes(session: Session, texts: Mapping[tuple[int, str], str], *, now: datetime) -> None:
    """Store the MinHashes of texts just stored, given by mention and the network's id of the text."""
    hashed = {
        key: minhash
        for key, text in texts.items()
        if (minhash := minhash_of(plain_words(text[:LONGEST_HASHED]))) is not None
    }
    if not hashed:
        return
    rows = [
        {"revision_id": revision_id, "band": band, "sketch": stored, "heard_at": now}
        for key, revision_id in _without_minhash(session, list(hashed)).items()
        for stored in (as_hex(hashed[key]),)
        for band in bands_of(hashed[key])
    ]
    if rows:
        session.connection().execute(_INSERT_BANDS, rows)


def count_near_duplicates(session: Session, revision_ids: Sequence[int], *, since: datetime) -> dict[int, int]:
    """How many other mentions have said the same or nearly the same since then, by id of the revision.

    Only live texts are counted. Those of fewer than four words are compared word for word.
    """
    found: dict[int, int] = {}
    for part in parts(list(dict.fromkeys(revision_ids))):
        texts = _texts(session, part, since)
        equal = _equal(session, _COUNT_EQUAL, {text.digest for text in texts.values()}, since)
        minhashes = minhashes_of(session, part)
        counts = _sharing_bands(session, _COUNT_NEAR, minhashes.values(), since, prefer=max)
        near = near_among(minhashes.values(), counts)
        for revision_id, text in texts.items():
            said = equal.get(text.digest, 0)
            minhash = minhashes.get(revision_id)
            if minhash is not None:
                said = max(said, sum(counts[other] for other in near[minhash]))
            found[revision_id] = max(0, said - text.counts_itself)
    return found


def link_near_duplicates(session: Session, mention_ids: Sequence[int], *, now: datetime) -> None:
    """Write down which earlier text each of these mentions' texts, just stored, repeats."""
    for part in parts(mention_ids):
        _link(session, part, since=now - CAMPAIGN_PAUSE)


def forget_minhashes(session: Session, mention_ids: Sequence[int]) -> None:
    """Delete what was stored of the texts of these mentions."""
    of_these = select(col(MentionRevisionRow.id)).where(col(MentionRevisionRow.mention_id).in_(mention_ids))
    session.connection().execute(delete(TextBandRow).where(col(TextBandRow.revision_id).in_(of_these)))


def minhashes_of(session: Session, revision_ids: Sequence[int]) -> dict[int, MinHash]:
    """The MinHashes stored of these revisions; those of a few words have none."""
    return {revision_id: from_hex(stored) for revision_id, stored in fetch_by(session, _MINHASHES, revision_ids)}


def _link(session: Session, mention_ids: Sequence[int], *, since: datetime) -> None:
    digests = dict(fetch_by(session, _LIVE_DIGESTS, mention_ids))
    if not digests:
        return
    minhashes = minhashes_of(session, list(digests))
    by_digest = _equal(session, _FIRST_EQUAL, set(digests.values()), since)
    by_minhash = _sharing_bands(session, _FIRST_NEAR, minhashes.values(), since, prefer=min)
    near = near_among(minhashes.values(), by_minhash)
    links = []
    for revision_id in sorted(digests):
        digest, minhash = digests[revision_id], minhashes.get(revision_id)
        alike = () if minhash is None else near[minhash]
        first = min(by_digest.get(digest, revision_id), *(by_minhash[other] for other in alike), revision_id)
        if first < revision_id:
            links.append({"revision_id": revision_id, "first": first})
            by_digest[digest] = first
            if minhash is not None:
                by_minhash[minhash] = first
    if links:
        session.connection().execute(_LINK, links)


def _without_minhash(session: Session, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Revision ids of these texts, without those that have a MinHash: another process may have stored the same page."""
    rows = fetch_by(session, _WITHOUT_MINHASH, sorted({mention_id for mention_id, _ in keys}))
    wanted = set(keys)
    return {
        (mention_id, external_id): revision_id
        for revision_id, mention_id, external_id in rows
        if (mention_id, external_id) in wanted
    }


def _texts(session: Session, revision_ids: Sequence[int], since: datetime) -> dict[int, _Text]:
    rows = fetch_by(session, _TEXTS, revision_ids)
    return {
        revision_id: _Text(digest=digest, counts_itself=superseded_at is None and heard_at >= since)
        for revision_id, digest, heard_at, superseded_at in rows
    }


def _equal(session: Session, statement: Select[str, int], digests: set[str], since: datetime) -> dict[str, int]:
    """What `statement` says of each of `digests`; a forgotten text has none."""
    return dict(fetch_by(session, statement, sorted(digests - {""}), since=since))


def _sharing_bands(
    session: Session,
    statement: Select[str, int],
    minhashes: Iterable[MinHash],
    since: datetime,
    *,
    prefer: Callable[[int, int], int],
) -> dict[MinHash, int]:
    """What `statement` says of each MinHash that shares a band with one of `minhashes`."""
    found: dict[MinHash, int] = {}
    bands = sorted({band for minhash in set(minhashes) for band in bands_of(minhash)})
    for stored, number in fetch_by(session, statement, bands, since=since):
        minhash = from_hex(stored)
        found[minhash] = prefer(number, found.get(minhash, number))
    return found
