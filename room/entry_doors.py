"""The doors before the room: see where an invitation leads, and come in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from room.pages import invitation_page
from room.premises import Premises
from room.rooms import OPEN_ROOM_STAYS, PERSON, Refusal, consume, find_invitation
from room.visits import comes_from_elsewhere, cookie_name, held_session, refused, with_language, words_of

_GONE = 410
_STATUS = {Refusal.UNKNOWN: 404}


def entry_routes(premises: Premises) -> list[Route]:
    """Where a person comes in."""
    doors = _EntryDoors(premises)
    return [
        Route("/r/{public_id}/{token}", doors.show_invitation, methods=["GET"]),
        Route("/r/{public_id}/{token}", doors.enter, methods=["POST"]),
    ]


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
                return refused(request, found, status=_STATUS.get(found, _GONE))
            brand = self.premises.brand_of(found.account_id)
            page = invitation_page(words_of(request, found, brand), brand, found)
            return with_language(self.premises, request, page)

    def enter(self, request: Request) -> Response:
        """Open the room, once, and give this browser its session."""
        public_id, token = _address(request)
        if comes_from_elsewhere(request):
            return refused(request, Refusal.UNKNOWN, status=404)
        with writing(self.premises.engine) as session:
            came_in = consume(
                session,
                public_id,
                token,
                room_key=self.premises.room_key,
                actor=PERSON,
                now=self.premises.clock(),
                held_session=held_session(self.premises, request, public_id),
            )
        if isinstance(came_in, Refusal):
            return refused(request, came_in, status=_STATUS.get(came_in, _GONE))
        answer = RedirectResponse("/room", status_code=303)
        answer.set_cookie(
            cookie_name(self.premises),
            f"{public_id}.{came_in.session_token}",
            max_age=int(OPEN_ROOM_STAYS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.premises.secure_cookies,
        )
        return answer


def _address(request: Request) -> tuple[str, str]:
    return request.path_params["public_id"], request.path_params["token"]
