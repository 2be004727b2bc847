"""Fills in the post above where it was only named so far: webhooks tell its id, polling its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import select, update
from sqlmodel import Session, col

from listener.bulk import parts
from records.nouns import HeardPost
from records.tables.listener import MentionRow


def fill_in_above(session: Session, posts: Sequence[HeardPost], mention_ids: Mapping[str, int]) -> None:
    """Keep the words above `posts`, which are known, where none are kept. What was forgotten stays so."""
    told = {
        mention_ids[post.external_id]: asdict(post.above)
        for post in posts
        if post.above is not None and post.above.text
    }
    for part in parts(list(told)):
        query = select(col(MentionRow.id), col(MentionRow.above)).where(
            col(MentionRow.id).in_(part), col(MentionRow.above).is_not(None)
        )
        for mention_id, above in session.connection().execute(query).all():
            if isinstance(above, dict) and not above.get("text"):
                session.connection().execute(
                    update(MentionRow).where(col(MentionRow.id) == mention_id).values(above=told[mention_id or 0])
                )
