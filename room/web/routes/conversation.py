"""Routes of the conversation: read, write, ask for a human, rate, download the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.room import RoomRow
from room.attachments.files import content_disposition, files_of
from room.conversation.messages import (
    MOST_CHARACTERS,
    MessageTextError,
    Speaker,
    count_messages_since,
    mark_read,
    messages,
    normalise_message,
    post_message,
)
from room.conversation.status import RatingError, ask_for_human, parse_rating, store_rating
from room.conversation.transcript import transcript
from room.lifecycle import PERSON, visible_since
from room.web.browser_session import (
    case_reference,
    current_room,
    extend_session_cookie,
    is_cross_site,
    refusal_response,
    remember_language,
    room_address,
    words_of,
)
from room.web.context import RoomContext
from room.web.forms import BodyTooLargeError, form_of
from room.web.pages.conversation import DONE_PARAMETER, FormError, show_conversation
from room.web.routes.files import files_routes

MOST_A_MINUTE = 20


def conversation_routes(context: RoomContext) -> list[Route]:
    """Where the conversation is held."""
    handlers = _ConversationHandlers(context)
    return [
        Route("/room", handlers.show_conversation, methods=["GET"]),
        Route("/room", handlers.say, methods=["POST"]),
        *side_routes(context),
        *files_routes(context),
    ]


def writes_too_often(session: Session, room: RoomRow, now: datetime) -> bool:
    """True where the person wrote `MOST_A_MINUTE` messages within a minute."""
    return count_messages_since(session, room.id or 0, Speaker.PERSON, now - timedelta(minutes=1)) >= MOST_A_MINUTE


@dataclass(frozen=True)
class _ConversationHandlers:
    context: RoomContext

    def show_conversation(self, request: Request) -> Response:
        """Show what was said in the room of this browser, and nothing from outside it."""
        now = self.context.clock()
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            answer, newest = show_conversation(self.context, session, request, room, now=now)
            extend_session_cookie(self.context, request, answer, room, now=now)
        if request.method == "GET" and newest > (room.read_until or 0):
            with writing(self.context.engine) as session:
                mark_read(session, room.id or 0, newest)
        return remember_language(self.context, request, answer)

    def say(self, request: Request) -> Response:
        """Store what the person wrote."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        now = self.context.clock()
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            typed, wrong = _typed(request)
            if not wrong and writes_too_often(session, room, now):
                wrong = "said_too_often"
            if wrong:
                mending = FormError(form="say", why=wrong, typed=typed)
                return show_conversation(self.context, session, request, room, now=now, mending=mending)[0]
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            post_message(
                session,
                room.id or 0,
                author=Speaker.PERSON,
                text=typed,
                agent_id=None,
                actor=PERSON,
                now=now,
                sealer=self.context.sealer,
            )
            answer = RedirectResponse(room_address(room) + "#end", status_code=303)
            extend_session_cookie(self.context, request, answer, room, now=now)
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
        return normalise_message(typed), ""
    except MessageTextError:
        return typed, "said_too_much" if len(typed) > MOST_CHARACTERS else "said_nothing"


MOST_IN_A_TRANSCRIPT = 5_000


def side_routes(context: RoomContext) -> list[Route]:
    """What can be done beside talking."""
    handlers = _SideHandlers(context)
    return [
        Route("/room/human", handlers.ask_human, methods=["POST"]),
        Route("/room/rating", handlers.rate, methods=["POST"]),
        Route("/room/transcript", handlers.download, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _SideHandlers:
    context: RoomContext

    def ask_human(self, request: Request) -> Response:
        """Let a human answer next."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        now = self.context.clock()
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            ask_for_human(session, room.id or 0, actor=PERSON, now=now)
            answer = RedirectResponse(f"{room_address(room)}&{DONE_PARAMETER}=human", status_code=303)
            extend_session_cookie(self.context, request, answer, room, now=now)
        return answer

    def rate(self, request: Request) -> Response:
        """Keep how the person was served."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        now = self.context.clock()
        try:
            rating = parse_rating(form_of(request).get("rating", ""))
        except (BodyTooLargeError, RatingError):
            rating = 0
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            wrong = "" if rating else "rating_missing"
            if rating:
                try:
                    store_rating(session, room.id or 0, rating, actor=PERSON, now=now)
                except RatingError:
                    wrong = "said_too_often"
            if wrong:
                mending = FormError(form="rate", why=wrong)
                return show_conversation(self.context, session, request, room, now=now, mending=mending)[0]
            return RedirectResponse(f"{room_address(room)}&{DONE_PARAMETER}=rating", status_code=303)

    def download(self, request: Request) -> Response:
        """The conversation as a text file."""
        now = self.context.clock()
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            brand = self.context.brand_of(room.account_id)
            said = messages(session, room.id or 0, most=MOST_IN_A_TRANSCRIPT, since=visible_since(room))
            reference = case_reference(session, room)
            files = files_of(session, room.id or 0)
            text = transcript(words_of(request, room, brand), brand, reference, said, files, now=now)
        return Response(
            text.encode("utf-8", "replace"),
            media_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": content_disposition(f"{reference}.txt")},
        )
