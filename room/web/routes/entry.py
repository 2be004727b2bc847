"""Routes before the room: see where an invitation leads, and enter by its link or its code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.room import RoomRow
from room.invitation import find_invitation_by_code
from room.lifecycle import PERSON, InvitationRefusal, OpenedRoom, consume_invitation, find_invitation
from room.verification.throttling import ThrottleScope, is_throttled, record_failed_attempt
from room.web.access import RefusedError, request_source, too_many_attempts
from room.web.browser_session import held_session, set_session_cookie
from room.web.context import RoomContext
from room.web.forms import form_or_empty
from room.web.language import remember_language, words_in, words_of
from room.web.pages.entry import invitation_code_page, invitation_page

LINK_PATH = "/r/{public_id}/{token}"
CODE_PATHS = {"/entrar": "es", "/enter": "en"}
"""Where a code is typed; the address that a person types tells their language."""


def entry_routes(context: RoomContext) -> list[Route]:
    """Where a person enters."""
    handlers = _EntryHandlers(context)
    return [
        Route(LINK_PATH, handlers.show_invitation, methods=["GET"]),
        Route(LINK_PATH, handlers.enter, methods=["POST"]),
        *(Route(path, handlers.show_code_form, methods=["GET"]) for path in CODE_PATHS),
        *(Route(path, handlers.enter_by_code, methods=["POST"]) for path in CODE_PATHS),
    ]


def linked_invitation(context: RoomContext, session: Session, request: Request) -> RoomRow | InvitationRefusal:
    """The invitation of the link that the request's path is, without consuming it."""
    public_id, token = _address(request)
    return find_invitation(
        session,
        public_id,
        token,
        room_key=context.room_key,
        now=context.clock(),
        held_session=held_session(context, request, public_id),
    )


def consume_linked_invitation(
    context: RoomContext, session: Session, request: Request
) -> OpenedRoom | InvitationRefusal:
    """Open the room of the link that the request's path is."""
    return _consume(context, session, request, *_address(request))


def refused_invitation(context: RoomContext, request: Request, why: InvitationRefusal) -> RefusedError:
    """The refusal of a link that opens nothing; one that was never given out is recorded as a failed attempt."""
    if why is not InvitationRefusal.UNKNOWN:
        return RefusedError(why, status=410)
    now = context.clock()
    source = request_source(context, request, now=now)
    with reading(context.engine) as session:
        if is_throttled(session, ThrottleScope.LINK, source, now=now):
            return too_many_attempts()
    with writing(context.engine) as session:
        record_failed_attempt(session, ThrottleScope.LINK, source, now=now)
    return RefusedError(why, status=404)


@dataclass(frozen=True)
class _EntryHandlers:
    context: RoomContext

    def show_invitation(self, request: Request) -> Response:
        """Show where a link leads. Opens nothing, since link scanners come here too."""
        with reading(self.context.engine) as session:
            found = linked_invitation(self.context, session, request)
        if isinstance(found, InvitationRefusal):
            raise refused_invitation(self.context, request, found)
        brand = self.context.brand_of(found.account_id)
        page = invitation_page(words_of(request, found, brand), brand, found, here=request.url.path)
        return remember_language(self.context, request, page)

    def enter(self, request: Request) -> Response:
        """Open the room, once, and give this browser its session."""
        with writing(self.context.engine) as session:
            opened = consume_linked_invitation(self.context, session, request)
        if isinstance(opened, InvitationRefusal):
            raise refused_invitation(self.context, request, opened)
        return self._entered(_address(request)[0], opened)

    def show_code_form(self, request: Request) -> Response:
        """Ask for a code. No address fills it in, so that nothing but a person can send it."""
        return remember_language(self.context, request, self._code_page(request))

    def enter_by_code(self, request: Request) -> Response:
        """Open the room of a code, once. Every wrong code gets one answer: unknown, old, used, run out, withdrawn."""
        typed = form_or_empty(request).get("code", "")
        now = self.context.clock()
        source = request_source(self.context, request, now=now)
        with reading(self.context.engine) as session:
            if is_throttled(session, ThrottleScope.CODE, source, now=now):
                raise too_many_attempts()
        with writing(self.context.engine) as session:
            public_id, token = find_invitation_by_code(session, typed, room_key=self.context.room_key)
            opened = _consume(self.context, session, request, public_id, token)
            if isinstance(opened, InvitationRefusal):
                record_failed_attempt(session, ThrottleScope.CODE, source, now=now)
                return self._code_page(request, wrong=True)
        return self._entered(public_id, opened)

    def _entered(self, public_id: str, opened: OpenedRoom) -> Response:
        response = RedirectResponse("/room", status_code=303)
        return set_session_cookie(self.context, response, public_id, opened.session_token)

    def _code_page(self, request: Request, *, wrong: bool = False) -> Response:
        path = request.url.path
        words = words_in(request, CODE_PATHS[path], self.context.only_brand)
        return invitation_code_page(words, self.context.brands, here=path, wrong=wrong)


def _consume(
    context: RoomContext, session: Session, request: Request, public_id: str, token: str
) -> OpenedRoom | InvitationRefusal:
    return consume_invitation(
        session,
        public_id,
        token,
        room_key=context.room_key,
        actor=PERSON,
        now=context.clock(),
        held_session=held_session(context, request, public_id),
    )


def _address(request: Request) -> tuple[str, str]:
    return request.path_params["public_id"], request.path_params["token"]
