"""When a mention is fetched again: posts are edited soon after they are written, and deleted at any time.

Where the network charges for each post that it serves, that is every day for a week and then weekly, else every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from networks.prices import read_price
from records.bulk import VALUES, execute_by
from records.enums import Feed
from records.tables.listener import MentionRow

EDITABLE_FOR = timedelta(minutes=31)
"""X takes edits for half an hour: a post asked for after that has its last text."""
RECHECK_EVERY = timedelta(hours=20)
"""What was deleted has to be deleted here within 24 hours."""
FRESH_FOR = timedelta(days=7)
RECHECK_CHARGED_EVERY = timedelta(days=7)
"""For older posts, where each post that is served is charged for; webhooks report deletions at once."""
WATCHED_FOR = timedelta(days=30)


_MAKE_DUE = update(MentionRow).where(col(MentionRow.id).in_(VALUES), col(MentionRow.deleted_at).is_(None))


def is_charged(network: str) -> bool:
    """True where the network charges for posts that are asked for by id, which cost what a search does."""
    return read_price(network, Feed.SEARCH) > 0


def next_recheck(published_at: datetime, *, now: datetime, charged: bool) -> datetime | None:
    """When a post that was fetched `now` is fetched again; None once it is a month old."""
    if now < published_at + EDITABLE_FOR:
        return published_at + EDITABLE_FOR
    if now >= published_at + WATCHED_FOR:
        return None
    if not charged or now < published_at + FRESH_FOR:
        return now + RECHECK_EVERY
    return now + RECHECK_CHARGED_EVERY if now + RECHECK_CHARGED_EVERY < published_at + WATCHED_FOR else None


def recheck_now(session: Session, mention_ids: Sequence[int], *, now: datetime) -> None:
    """Make these mentions due for a recheck: something is said to have happened to them."""
    execute_by(session, _MAKE_DUE, mention_ids, check_due_at=now)
