"""Keeps whether a mention is hidden from the public, where the network tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from listener.bulk import parts
from records.nouns import HeardPost
from records.tables.listener import MentionRow

SURE_AFTER = timedelta(minutes=5)
"""A page that was read before we hid a post must not show it again."""


def keep_hidden(
    session: Session,
    posts: Iterable[HeardPost],
    mention_ids: Mapping[str, int],
    hidden_since: Mapping[str, datetime | None],
    *,
    now: datetime,
) -> None:
    """Set or clear `hidden_at` of mentions known already, where it is told and another than `hidden_since`."""
    hidden, shown = [], []
    for post in posts:
        since = hidden_since.get(post.external_id)
        if post.hidden is True and since is None:
            hidden.append(mention_ids[post.external_id])
        elif post.hidden is False and since is not None and since <= now - SURE_AFTER:
            shown.append(mention_ids[post.external_id])
    for chosen, at in ((hidden, now), (shown, None)):
        for part in parts(chosen):
            session.connection().execute(update(MentionRow).where(col(MentionRow.id).in_(part)).values(hidden_at=at))
