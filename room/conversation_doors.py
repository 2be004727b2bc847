"""The doors inside the room: read, and say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.room import RoomRow
from room.bodies import BodyTooLargeError, form_of
from room.conversation import MOST_CHARACTERS, Speaker, UnsayableError, mark_read, said_since, said_text, say
from room.conversation_page import Mending
from room.conversation_shown import show
from room.conversation_side_doors import side_routes
from room.conversation_visits import address_of, keep_room, room_here
from room.files_doors import files_routes
from room.premises import Premises
from room.rooms import PERSON
from room.visits import comes_from_elsewhere, refused, with_language

MOST_A_MINUTE = 20


def conversation_routes(premises: Premises) -> list[Route]:
    """Where the conversation is held."""
    doors = _ConversationDoors(premises)
    return [
        Route("/room", doors.show_conversation, methods=["GET"]),
        Route("/room", doors.say, methods=["POST"]),
        *side_routes(premises),
        *files_routes(premises),
    ]


def writes_too_often(session: Session, room: RoomRow, now: datetime) -> bool:
    """True where the person wrote `MOST_A_MINUTE` messages within a minute."""
    return said_since(session, room.id or 0, Speaker.PERSON, now - timedelta(minutes=1)) >= MOST_A_MINUTE


@dataclass(frozen=True)
class _ConversationDoors:
    premises: Premises

    def show_conversation(self, request: Request) -> Response:
        """Show what was said in the room of this browser, and nothing from outside it."""
        now = self.premises.clock()
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            answer, newest = show(self.premises, session, request, room, now=now)
            keep_room(self.premises, request, answer, room, now=now)
        if request.method == "GET" and newest > (room.read_until or 0):
            with writing(self.premises.engine) as session:
                mark_read(session, room.id or 0, newest)
        return with_language(self.premises, request, answer)

    def say(self, request: Request) -> Response:
        """Store what the person wrote."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.premises.clock()
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            typed, wrong = _typed(request)
            if not wrong and writes_too_often(session, room, now):
                wrong = "said_too_often"
            if wrong:
                mending = Mending(form="say", why=wrong, typed=typed)
                return show(self.premises, session, request, room, now=now, mending=mending)[0]
        with writing(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            say(
                session,
                room.id or 0,
                author=Speaker.PERSON,
                text=typed,
                agent_id=None,
                actor=PERSON,
                now=now,
                sealer=self.premises.sealer,
            )
            answer = RedirectResponse(address_of(room) + "#end", status_code=303)
            keep_room(self.premises, request, answer, room, now=now)
        return answer


def _typed(request: Request) -> tuple[str, str]:
    """What was typed, and the name of what is wrong with it."""
    try:
        typed = form_of(request).get("text", "")
    except BodyTooLargeError:
        return "", "said_too_much"
    if not typed.strip():
        return "", "said_nothing"
    try:
        return said_text(typed), ""
    except UnsayableError:
        return typed, "said_too_much" if len(typed) > MOST_CHARACTERS else "said_nothing"
