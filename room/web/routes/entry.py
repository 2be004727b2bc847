"""Routes before the room: see where an invitation leads, and enter by its link or its code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from room.invitation import find_invitation_by_code
from room.lifecycle import PERSON, InvitationRefusal, OpenedRoom, consume_invitation, find_invitation
from room.verification.throttling import ThrottleScope, is_throttled, record_failed_attempt
from room.web.browser_session import (
    held_session,
    is_cross_site,
    refusal_response,
    remember_language,
    request_source,
    set_session_cookie,
    words_in,
    words_of,
)
from room.web.context import RoomContext
from room.web.forms import BodyTooLargeError, form_of
from room.web.pages.entry import invitation_code_page, invitation_page

CODE_PATHS = {"/entrar": "es", "/enter": "en"}
"""Where a code is typed; who types the address tells their language by it."""
WAIT_SECONDS = "60"
_GONE = 410
_STATUS = {InvitationRefusal.UNKNOWN: 404}


def entry_routes(context: RoomContext) -> list[Route]:
    """Where a person comes in."""
    handlers = _EntryHandlers(context)
    return [
        Route("/r/{public_id}/{token}", handlers.show_invitation, methods=["GET"]),
        Route("/r/{public_id}/{token}", handlers.enter, methods=["POST"]),
        *(Route(path, handlers.show_code_form, methods=["GET"]) for path in CODE_PATHS),
        *(Route(path, handlers.enter_by_code, methods=["POST"]) for path in CODE_PATHS),
    ]


def refused_invitation(context: RoomContext, request: Request, why: InvitationRefusal) -> Response:
    """The answer to a link that opens nothing; one that is no link at all counts as a miss."""
    if why is not InvitationRefusal.UNKNOWN:
        return refusal_response(request, why, status=_GONE)
    if _missed_too_often(context, request, ThrottleScope.LINK):
        return throttled(request)
    return refusal_response(request, why, status=_STATUS[why])


def throttled(request: Request) -> Response:
    """The answer to an address that missed too often."""
    answer = refusal_response(request, "too_many", status=429)
    answer.headers["Retry-After"] = WAIT_SECONDS
    return answer


@dataclass(frozen=True)
class _EntryHandlers:
    context: RoomContext

    def show_invitation(self, request: Request) -> Response:
        """Show where a link leads. Opens nothing, since link scanners come here too."""
        public_id, token = _address(request)
        with reading(self.context.engine) as session:
            found = find_invitation(
                session,
                public_id,
                token,
                room_key=self.context.room_key,
                now=self.context.clock(),
                held_session=held_session(self.context, request, public_id),
            )
        if isinstance(found, InvitationRefusal):
            return refused_invitation(self.context, request, found)
        brand = self.context.brand_of(found.account_id)
        page = invitation_page(words_of(request, found, brand), brand, found, here=request.url.path)
        return remember_language(self.context, request, page)

    def enter(self, request: Request) -> Response:
        """Open the room, once, and give this browser its session."""
        public_id, token = _address(request)
        if is_cross_site(request):
            return refusal_response(request, InvitationRefusal.UNKNOWN, status=404)
        with writing(self.context.engine) as session:
            came_in = self._consume(session, request, public_id, token)
        if isinstance(came_in, InvitationRefusal):
            return refused_invitation(self.context, request, came_in)
        return set_session_cookie(
            self.context, RedirectResponse("/room", status_code=303), public_id, came_in.session_token
        )

    def show_code_form(self, request: Request) -> Response:
        """Ask for a code. No address fills it in, so that nothing but a person can send it."""
        return remember_language(self.context, request, self._code_page(request))

    def enter_by_code(self, request: Request) -> Response:
        """Open the room of a code, once. Every wrong code gets one answer: unknown, old, used, run out, withdrawn."""
        typed = _typed_code(request)
        if is_cross_site(request):
            return self._code_page(request, wrong=True)
        now = self.context.clock()
        source = request_source(self.context, request, now=now)
        with reading(self.context.engine) as session:
            if is_throttled(session, ThrottleScope.CODE, source, now=now):
                return throttled(request)
        with writing(self.context.engine) as session:
            came_in = self._consume_code(session, request, typed)
            if isinstance(came_in, InvitationRefusal):
                record_failed_attempt(session, ThrottleScope.CODE, source, now=now)
                return self._code_page(request, wrong=True)
        return set_session_cookie(self.context, RedirectResponse("/room", status_code=303), *came_in)

    def _consume_code(self, session: Session, request: Request, typed: str) -> tuple[str, str] | InvitationRefusal:
        """Public id and session of the room that a code opened."""
        public_id, token = find_invitation_by_code(session, typed, room_key=self.context.room_key)
        came_in = self._consume(session, request, public_id, token)
        return came_in if isinstance(came_in, InvitationRefusal) else (public_id, came_in.session_token)

    def _consume(
        self, session: Session, request: Request, public_id: str, token: str
    ) -> OpenedRoom | InvitationRefusal:
        return consume_invitation(
            session,
            public_id,
            token,
            room_key=self.context.room_key,
            actor=PERSON,
            now=self.context.clock(),
            held_session=held_session(self.context, request, public_id),
        )

    def _code_page(self, request: Request, *, wrong: bool = False) -> Response:
        path = request.url.path
        words = words_in(request, CODE_PATHS[path], self.context.only_brand)
        return invitation_code_page(words, self.context.brands, here=path, wrong=wrong)


def _address(request: Request) -> tuple[str, str]:
    return request.path_params["public_id"], request.path_params["token"]


def _typed_code(request: Request) -> str:
    try:
        return form_of(request).get("code", "")
    except BodyTooLargeError:
        return ""


def _missed_too_often(context: RoomContext, request: Request, door: ThrottleScope) -> bool:
    now = context.clock()
    source = request_source(context, request, now=now)
    with reading(context.engine) as session:
        if is_throttled(session, door, source, now=now):
            return True
    with writing(context.engine) as session:
        record_failed_attempt(session, door, source, now=now)
    return False
