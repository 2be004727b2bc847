"""Authors as networks show them, one row each."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from records.database import is_sqlite
from records.models import Actor, Author
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow

_SUBJECT_BYTES = 16
_IDS_A_QUERY = 1000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def upsert_authors(
    session: Session,
    *,
    network: str,
    authors: Iterable[Author],
    actor: Actor,  # noqa: ARG001 - every change names who makes it; hearing a person is not logged by itself
    now: datetime,
) -> dict[str, int]:
    """Make or refresh the identities of `authors` and return their ids by external id.

    What a network leaves empty (a direct message tells no reach) keeps its last known value; a bot once declared
    stays one; of an erased person nothing is written again.
    """
    heard = _latest_by_id(authors)
    if not heard:
        return {}
    _upsert(session, network, list(heard.values()), now)
    return _ids(session, network, list(heard))


def _latest_by_id(authors: Iterable[Author]) -> dict[str, Author]:
    heard: dict[str, Author] = {}
    for author in authors:
        before = heard.get(author.external_id)
        heard[author.external_id] = author if before is None else _fuller(before, author)
    # One order for everybody: two writers of the same people wait for each other instead of deadlocking.
    return {external_id: heard[external_id] for external_id in sorted(heard)}


def _fuller(before: Author, after: Author) -> Author:
    return Author(
        external_id=after.external_id,
        handle=after.handle or before.handle,
        display_name=after.display_name or before.display_name,
        biography=after.biography or before.biography,
        reach=after.reach or before.reach,
        declared_bot=after.declared_bot or before.declared_bot,
    )


def _upsert(session: Session, network: str, authors: Sequence[Author], now: datetime) -> None:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(IdentityRow)
    new = statement.excluded
    known = IdentityRow
    statement = statement.on_conflict_do_update(
        index_elements=["network", "external_id"],
        set_={
            "handle": func.coalesce(func.nullif(new.handle, ""), known.handle),
            "display_name": func.coalesce(func.nullif(new.display_name, ""), known.display_name),
            "biography": func.coalesce(func.nullif(new.biography, ""), known.biography),
            "reach": func.coalesce(func.nullif(new.reach, 0), known.reach),
            "declared_bot": or_(new.declared_bot, col(known.declared_bot)),
            "last_heard_at": case(
                (new.last_heard_at > col(known.last_heard_at), new.last_heard_at), else_=col(known.last_heard_at)
            ),
        },
        where=col(known.erased_at).is_(None),
    )
    session.connection().execute(statement, [_row(network, author, now) for author in authors])


def _row(network: str, author: Author, now: datetime) -> dict[str, object]:
    return {
        "network": network,
        "external_id": author.external_id,
        "subject": secrets.token_hex(_SUBJECT_BYTES),
        "handle": _sanitised(author.handle),
        "display_name": _sanitised(author.display_name),
        "biography": _sanitised(author.biography),
        "reach": author.reach,
        "declared_bot": author.declared_bot,
        "first_heard_at": now,
        "last_heard_at": now,
    }


def _ids(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for part in _parts(external_ids):
        query = select(col(IdentityRow.external_id), col(IdentityRow.id)).where(
            col(IdentityRow.network) == network, col(IdentityRow.external_id).in_(part)
        )
        found = session.connection().execute(query)
        ids.update({external_id: identifier for external_id, identifier in found if identifier is not None})
    return ids


def _parts(external_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(external_ids), _IDS_A_QUERY):
        yield external_ids[start : start + _IDS_A_QUERY]


def _sanitised(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def forget_authors(session: Session, mention_ids: Collection[int]) -> int:
    """Empty handle, names and reach of the authors of these mentions whose every mention is deleted.

    Their id on the network stays, so that a direct message from them still finds its conversation; writing again
    makes them known again. Returns how many were forgotten.
    """
    authors = select(col(MentionRow.identity_id)).where(col(MentionRow.id).in_(mention_ids))
    left = select(col(MentionRow.id)).where(
        col(MentionRow.identity_id) == col(IdentityRow.id), col(MentionRow.deleted_at).is_(None)
    )
    forgotten = session.connection().execute(
        update(IdentityRow)
        .where(col(IdentityRow.id).in_(authors), ~left.exists())
        .values(handle="", display_name="", biography="", reach=0)
    )
    return forgotten.rowcount
