"""Forgets the names of authors of whom no post is left."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlmodel import Session, col

from records.tables.listener import MentionRow
from records.tables.people import IdentityRow


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
