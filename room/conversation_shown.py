"""Gathers what the page of a conversation shows."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from records.tables.room import RoomRow
from room.conversation import messages
from room.conversation_page import Conversation, Mending, conversation_page
from room.conversation_standing import standing
from room.conversation_visits import other_rooms, reference_of
from room.files import files_of
from room.premises import Premises
from room.rooms import hidden_before
from room.visits import words_of
from room.ways_out import WITHOUT_PROOF

DONE = "done"
"""Names in an address what was just done."""


def show(
    premises: Premises,
    session: Session,
    request: Request,
    room: RoomRow,
    *,
    now: datetime,
    mending: Mending | None = None,
) -> tuple[Response, int]:
    """The page, and the id of the newest message on it; 0 where there is none."""
    brand = premises.brand_of(room.account_id)
    since = hidden_before(room)
    said = messages(session, room.id or 0, since=since)
    shown_ids = {message.id for message in said}
    shown = Conversation(
        room=room,
        reference=reference_of(session, room),
        said=said,
        files={key: found for key, found in files_of(session, room.id or 0).items() if key in shown_ids},
        standing=standing(session, room, said),
        hours=premises.hours_of(room.account_id, now),
        others=other_rooms(premises, session, request, room, now=now),
        some_hidden=since is not None and len(messages(session, room.id or 0, most=len(said) + 1)) > len(said),
        at=now,
        may_prove=premises.proof is not None
        and room.filed_at is None
        and room.turned_away_because not in WITHOUT_PROOF,
    )
    words = words_of(request, room, brand)
    done = request.query_params.get(DONE, "")
    answer = conversation_page(words, brand, shown, mending=mending, done=done)
    return answer, max((message.id or 0 for message in said), default=0)
