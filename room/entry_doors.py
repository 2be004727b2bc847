"""The doors before the room: see where an invitation leads, and come in by its link or its code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from room.bodies import BodyTooLargeError, form_of
from room.code_entries import invitation_of_code
from room.entry_pages import code_page, invitation_page
from room.guesses import Door, missed, too_many
from room.premises import Premises
from room.rooms import PERSON, Consumed, Refusal, consume, find_invitation
from room.visits import (
    comes_from_elsewhere,
    held_session,
    let_in,
    refused,
    source_of,
    with_language,
    words_at,
    words_of,
)

CODE_PATHS = {"/entrar": "es", "/enter": "en"}
"""Where a code is typed; who types the address tells their language by it."""
WAIT_SECONDS = "60"
_GONE = 410
_STATUS = {Refusal.UNKNOWN: 404}


def entry_routes(premises: Premises) -> list[Route]:
    """Where a person comes in."""
    doors = _EntryDoors(premises)
    return [
        Route("/r/{public_id}/{token}", doors.show_invitation, methods=["GET"]),
        Route("/r/{public_id}/{token}", doors.enter, methods=["POST"]),
        *(Route(path, doors.show_code_form, methods=["GET"]) for path in CODE_PATHS),
        *(Route(path, doors.enter_by_code, methods=["POST"]) for path in CODE_PATHS),
    ]


def refused_at_link(premises: Premises, request: Request, why: Refusal) -> Response:
    """The answer to a link that opens nothing; one that is no link at all counts as a miss."""
    if why is not Refusal.UNKNOWN:
        return refused(request, why, status=_GONE)
    if _missed_too_often(premises, request, Door.LINK):
        return turned_away(request)
    return refused(request, why, status=_STATUS[why])


def turned_away(request: Request) -> Response:
    """The answer to an address that missed too often."""
    answer = refused(request, "too_many", status=429)
    answer.headers["Retry-After"] = WAIT_SECONDS
    return answer


@dataclass(frozen=True)
class _EntryDoors:
    premises: Premises

    def show_invitation(self, request: Request) -> Response:
        """Show where a link leads. Opens nothing, since link scanners come here too."""
        public_id, token = _address(request)
        with reading(self.premises.engine) as session:
            found = find_invitation(
                session,
                public_id,
                token,
                room_key=self.premises.room_key,
                now=self.premises.clock(),
                held_session=held_session(self.premises, request, public_id),
            )
        if isinstance(found, Refusal):
            return refused_at_link(self.premises, request, found)
        brand = self.premises.brand_of(found.account_id)
        page = invitation_page(words_of(request, found, brand), brand, found, here=request.url.path)
        return with_language(self.premises, request, page)

    def enter(self, request: Request) -> Response:
        """Open the room, once, and give this browser its session."""
        public_id, token = _address(request)
        if comes_from_elsewhere(request):
            return refused(request, Refusal.UNKNOWN, status=404)
        with writing(self.premises.engine) as session:
            came_in = self._consume(session, request, public_id, token)
        if isinstance(came_in, Refusal):
            return refused_at_link(self.premises, request, came_in)
        return let_in(self.premises, RedirectResponse("/room", status_code=303), public_id, came_in.session_token)

    def show_code_form(self, request: Request) -> Response:
        """Ask for a code. No address fills it in, so that nothing but a person can send it."""
        return with_language(self.premises, request, self._code_page(request))

    def enter_by_code(self, request: Request) -> Response:
        """Open the room of a code, once. Every wrong code gets one answer: unknown, old, used, run out, withdrawn."""
        typed = _typed_code(request)
        if comes_from_elsewhere(request):
            return self._code_page(request, wrong=True)
        now = self.premises.clock()
        source = source_of(self.premises, request, now=now)
        with reading(self.premises.engine) as session:
            if too_many(session, Door.CODE, source, now=now):
                return turned_away(request)
        with writing(self.premises.engine) as session:
            came_in = self._consume_code(session, request, typed)
            if isinstance(came_in, Refusal):
                missed(session, Door.CODE, source, now=now)
                return self._code_page(request, wrong=True)
        return let_in(self.premises, RedirectResponse("/room", status_code=303), *came_in)

    def _consume_code(self, session: Session, request: Request, typed: str) -> tuple[str, str] | Refusal:
        """Public id and session of the room that a code opened."""
        public_id, token = invitation_of_code(session, typed, room_key=self.premises.room_key)
        came_in = self._consume(session, request, public_id, token)
        return came_in if isinstance(came_in, Refusal) else (public_id, came_in.session_token)

    def _consume(self, session: Session, request: Request, public_id: str, token: str) -> Consumed | Refusal:
        return consume(
            session,
            public_id,
            token,
            room_key=self.premises.room_key,
            actor=PERSON,
            now=self.premises.clock(),
            held_session=held_session(self.premises, request, public_id),
        )

    def _code_page(self, request: Request, *, wrong: bool = False) -> Response:
        path = request.url.path
        words = words_at(request, CODE_PATHS[path], self.premises.only_brand)
        return code_page(words, self.premises.brands, here=path, wrong=wrong)


def _address(request: Request) -> tuple[str, str]:
    return request.path_params["public_id"], request.path_params["token"]


def _typed_code(request: Request) -> str:
    try:
        return form_of(request).get("code", "")
    except BodyTooLargeError:
        return ""


def _missed_too_often(premises: Premises, request: Request, door: Door) -> bool:
    now = premises.clock()
    source = source_of(premises, request, now=now)
    with reading(premises.engine) as session:
        if too_many(session, door, source, now=now):
            return True
    with writing(premises.engine) as session:
        missed(session, door, source, now=now)
    return False
