"""Routes of the conversation: read, write, ask for a human, rate, download the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import writing
from records.enums import Speaker
from records.tables.room import RoomRow
from room.attachments.files import content_disposition, files_of
from room.conversation.messages import (
    MOST_CHARACTERS,
    MessageTextError,
    count_messages_since,
    mark_read,
    messages,
    normalise_message,
    post_message,
)
from room.conversation.status import RatingError, ask_for_human, parse_rating, store_rating
from room.conversation.transcript import transcript
from room.lifecycle import PERSON, visible_since
from room.web.access import RoomRequest, in_room, open_room
from room.web.browser_session import case_reference, extend_session_cookie, room_address
from room.web.context import RoomContext
from room.web.forms import BodyTooLargeError, form_of, form_or_empty
from room.web.language import remember_language
from room.web.pages.conversation import DONE_PARAMETER, FormError, show_conversation

MOST_A_MINUTE = 20
MOST_IN_A_TRANSCRIPT = 5_000


def conversation_routes(context: RoomContext) -> list[Route]:
    """Where the conversation is held."""
    handlers = _ConversationHandlers(context)
    return [
        Route("/room", handlers.show, methods=["GET"]),
        Route("/room", handlers.post, methods=["POST"]),
        Route("/room/human", handlers.ask_human, methods=["POST"]),
        Route("/room/rating", handlers.rate, methods=["POST"]),
        Route("/room/transcript", handlers.download, methods=["GET"]),
    ]


def writes_too_often(session: Session, room: RoomRow, now: datetime) -> bool:
    """True where the person wrote `MOST_A_MINUTE` messages within a minute."""
    return count_messages_since(session, room.id or 0, Speaker.PERSON, now - timedelta(minutes=1)) >= MOST_A_MINUTE


@dataclass(frozen=True)
class _ConversationHandlers:
    context: RoomContext

    def show(self, http: Request) -> Response:
        """Show what was said in the room of this browser, and nothing from outside it."""
        with open_room(self.context, http) as request:
            response, newest = show_conversation(request)
            extend_session_cookie(self.context, http, response, request.room, now=request.now)
            room_id, read_until = request.room_id, request.room.read_until or 0
        if http.method == "GET" and newest > read_until:
            with writing(self.context.engine) as session:
                mark_read(session, room_id, newest)
        return remember_language(self.context, http, response)

    def post(self, http: Request) -> Response:
        """Store what the person wrote."""
        typed, wrong = _typed(http)
        with open_room(self.context, http) as request:
            if not wrong and writes_too_often(request.session, request.room, request.now):
                wrong = "said_too_often"
            if wrong:
                return show_conversation(request, error=FormError(form="say", why=wrong, typed=typed))[0]
        with open_room(self.context, http, write=True) as request:
            post_message(
                request.session,
                request.room_id,
                author=Speaker.PERSON,
                text=typed,
                agent_id=None,
                actor=PERSON,
                now=request.now,
                sealer=self.context.sealer,
            )
            response = RedirectResponse(room_address(request.room) + "#end", status_code=303)
            extend_session_cookie(self.context, http, response, request.room, now=request.now)
        return response

    @in_room(write=True)
    def ask_human(self, request: RoomRequest) -> Response:
        """Let a human answer next."""
        ask_for_human(request.session, request.room_id, actor=PERSON, now=request.now)
        response = RedirectResponse(f"{room_address(request.room)}&{DONE_PARAMETER}=human", status_code=303)
        extend_session_cookie(self.context, request.http, response, request.room, now=request.now)
        return response

    @in_room(write=True)
    def rate(self, request: RoomRequest) -> Response:
        """Keep how the person was served."""
        try:
            rating = parse_rating(form_or_empty(request.http).get("rating", ""))
        except RatingError:
            return show_conversation(request, error=FormError(form="rate", why="rating_missing"))[0]
        try:
            store_rating(request.session, request.room_id, rating, actor=PERSON, now=request.now)
        except RatingError:
            return show_conversation(request, error=FormError(form="rate", why="said_too_often"))[0]
        return RedirectResponse(f"{room_address(request.room)}&{DONE_PARAMETER}=rating", status_code=303)

    @in_room()
    def download(self, request: RoomRequest) -> Response:
        """The conversation as a text file."""
        room, session = request.room, request.session
        said = messages(session, request.room_id, most=MOST_IN_A_TRANSCRIPT, since=visible_since(room))
        reference = case_reference(session, room)
        files = files_of(session, request.room_id)
        text = transcript(request.words, request.brand, reference, said, files, now=request.now)
        return Response(
            text.encode("utf-8", "replace"),
            media_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": content_disposition(f"{reference}.txt")},
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
        return normalise_message(typed), ""
    except MessageTextError:
        return typed, "said_too_much" if len(typed) > MOST_CHARACTERS else "said_nothing"
