"""The person says how they were served."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from records.nouns import Actor
from records.tables.room import RoomRow
from room.entries import log_room
from room.rooms import RoomStateError

WORST, BEST = 1, 5
APART = timedelta(seconds=10)
"""So long a rating stands before it can be changed."""


class RatingError(ValueError):
    """What was given is no rating from `WORST` to `BEST`, or comes too soon after another."""


def rating_of(typed: str) -> int:
    """The rating that a form gave. Raises RatingError."""
    if len(typed) != 1 or typed not in "12345":
        raise RatingError(f"A rating is a number from {WORST} to {BEST}.")
    return int(typed)


def rate(session: Session, room_id: int, rating: int, *, actor: Actor, now: datetime) -> None:
    """Keep how the person was served, from `WORST` to `BEST`; a later rating stands in the place of an earlier one.

    Raises RatingError where it was changed within `APART`, and RoomStateError where the room is over.
    """
    row = session.get(RoomRow, room_id, populate_existing=True, with_for_update=True)
    if row is None or row.closed_at is not None or row.expires_at <= now:
        raise RoomStateError("The room is no longer open: it can be rated no more.")
    if row.rating == rating:
        return
    if row.rated_at is not None and row.rated_at > now - APART:
        raise RatingError("A rating was changed a moment ago: wait a little.")
    before, row.rating, row.rated_at = row.rating, rating, now
    session.add(row)
    log_room(session, row, "room:rated", actor=actor, now=now, body={"rating": rating, "before": before})
