"""The doors inside the room: read, and say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.bodies import BodyTooLargeError, form_of
from room.conversation import MOST_CHARACTERS, Speaker, UnsayableError, messages, said_since, said_text, say
from room.pages import conversation_page
from room.premises import Premises
from room.rooms import PERSON
from room.visits import comes_from_elsewhere, refused, room_of, with_language, words_of

MOST_A_MINUTE = 20


def conversation_routes(premises: Premises) -> list[Route]:
    """Where the conversation is held."""
    doors = _ConversationDoors(premises)
    return [
        Route("/room", doors.show_conversation, methods=["GET"]),
        Route("/room", doors.say, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _ConversationDoors:
    premises: Premises

    def show_conversation(self, request: Request) -> Response:
        """Show what was said in the room of this browser, and nothing from outside it."""
        with reading(self.premises.engine) as session:
            room = room_of(self.premises, session, request, now=self.premises.clock())
            if room is None:
                return refused(request, "outside", status=403)
            return with_language(self.premises, request, self._conversation(session, request, room))

    def say(self, request: Request) -> Response:
        """Store what the person wrote."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.premises.clock()
        with reading(self.premises.engine) as session:
            room = room_of(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            typed, wrong = _typed(request)
            if (
                not wrong
                and said_since(session, room.id or 0, Speaker.PERSON, now - timedelta(minutes=1)) >= MOST_A_MINUTE
            ):
                wrong = "said_too_often"
            if wrong:
                return self._conversation(session, request, room, wrong=wrong, typed=typed, status=400)
        with writing(self.premises.engine) as session:
            still_open = room_of(self.premises, session, request, now=now)
            if still_open is None:
                return refused(request, "outside", status=403)
            say(
                session,
                still_open.id or 0,
                author=Speaker.PERSON,
                text=typed,
                agent_id=None,
                actor=PERSON,
                now=now,
                sealer=self.premises.sealer,
            )
        return RedirectResponse("/room#end", status_code=303)

    def _conversation(
        self,
        session: Session,
        request: Request,
        room: RoomRow,
        *,
        wrong: str = "",
        typed: str = "",
        status: int = 200,
    ) -> Response:
        brand = self.premises.brand_of(room.account_id)
        words = words_of(request, room, brand)
        return conversation_page(
            words,
            brand,
            messages(session, room.id or 0),
            reference=_reference(session, room),
            wrong=words[wrong] if wrong else "",
            typed=typed,
            status=status,
        )


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


def _reference(session: Session, room: RoomRow) -> str:
    return str(
        session.execute(select(col(CareCaseRow.reference)).where(col(CareCaseRow.id) == room.case_id)).scalar_one()
    )
