"""Authors as networks show them, one row each."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlmodel import Session, col

from records.bulk import VALUES, fetch_by, upsert
from records.database import sanitise_text
from records.models import Actor, Author
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow

_SUBJECT_BYTES = 16
_NOT_ERASED = col(IdentityRow.erased_at).is_(None)
_IDS = select(col(IdentityRow.external_id), col(IdentityRow.id)).where(
    col(IdentityRow.network) == bindparam("network"), col(IdentityRow.external_id).in_(VALUES)
)


def upsert_authors(
    session: Session,
    *,
    network: str,
    authors: Iterable[Author],
    actor: Actor,  # noqa: ARG001 - every change names its actor; seeing an author is not logged by itself
    now: datetime,
) -> dict[str, int]:
    """Make or refresh the identities of `authors` and return their ids by external id.

    A field that a network leaves empty (a direct message has no reach) keeps its last known value; a declared bot
    stays one; an erased person is not written again.
    """
    latest = _latest_by_id(authors)
    if not latest:
        return {}
    upsert(
        session,
        IdentityRow,
        [_row(network, author, now) for author in latest.values()],
        unique=("network", "external_id"),
        changes=_newest_known,
        where=_NOT_ERASED,
    )
    return dict(fetch_by(session, _IDS, list(latest), network=network))


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


def _latest_by_id(authors: Iterable[Author]) -> dict[str, Author]:
    latest: dict[str, Author] = {}
    for author in authors:
        before = latest.get(author.external_id)
        latest[author.external_id] = author if before is None else _fuller(before, author)
    # One order for all writers: two that write the same authors wait for each other instead of deadlocking.
    return {external_id: latest[external_id] for external_id in sorted(latest)}


def _fuller(before: Author, after: Author) -> Author:
    return Author(
        external_id=after.external_id,
        handle=after.handle or before.handle,
        display_name=after.display_name or before.display_name,
        biography=after.biography or before.biography,
        reach=after.reach or before.reach,
        declared_bot=after.declared_bot or before.declared_bot,
    )


def _newest_known(new: Any) -> Mapping[str, object]:
    known = IdentityRow
    return {
        "handle": func.coalesce(func.nullif(new.handle, ""), known.handle),
        "display_name": func.coalesce(func.nullif(new.display_name, ""), known.display_name),
        "biography": func.coalesce(func.nullif(new.biography, ""), known.biography),
        "reach": func.coalesce(func.nullif(new.reach, 0), known.reach),
        "declared_bot": or_(new.declared_bot, col(known.declared_bot)),
        "last_heard_at": case(
            (new.last_heard_at > col(known.last_heard_at), new.last_heard_at), else_=col(known.last_heard_at)
        ),
    }


def _row(network: str, author: Author, now: datetime) -> dict[str, object]:
    return {
        "network": network,
        "external_id": author.external_id,
        "subject": secrets.token_hex(_SUBJECT_BYTES),
        "handle": sanitise_text(author.handle),
        "display_name": sanitise_text(author.display_name),
        "biography": sanitise_text(author.biography),
        "reach": author.reach,
        "declared_bot": author.declared_bot,
        "first_heard_at": now,
        "last_heard_at": now,
    }
