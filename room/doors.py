"""The four doors of the room: see the invitation, enter, read, say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.entry import Sealer
from records.database import reading, writing
from records.nouns import Brand
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.bodies import BodyTooLargeError, form_of
from room.conversation import MOST_CHARACTERS, Speaker, UnsayableError, messages, said_since, said_text, say
from room.pages import conversation_page, invitation_page, refusal_page
from room.rooms import OPEN_ROOM_STAYS, PERSON, Refusal, consume, find_invitation, find_open
from room.wordings import LANGUAGES, Words, preferred, words_for

MOST_A_MINUTE = 20
_LANGUAGE_COOKIE = "aparte_language"
_GONE = 410
_STATUS = {Refusal.UNKNOWN: 404}


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The handlers, with what they need; plain functions, run on threads."""

    engine: Engine
    room_key: bytes = field(repr=False)
    sealer: Sealer = field(repr=False)
    clock: Callable[[], datetime]
    brand_of: Callable[[int], Brand]
    secure_cookies: bool

    def show_invitation(self, request: Request) -> Response:
        """Show where a link leads. Opens nothing, since link scanners come here too."""
        public_id, token = _address(request)
        with reading(self.engine) as session:
            found = find_invitation(
                session,
                public_id,
                token,
                room_key=self.room_key,
                now=self.clock(),
                held_session=self._held_session(request, public_id),
            )
            if isinstance(found, Refusal):
                return refused(request, found, status=_STATUS.get(found, _GONE))
            brand = self.brand_of(found.account_id)
            return self._with_language(request, invitation_page(_words(request, found, brand), brand, found))

    def enter(self, request: Request) -> Response:
        """Open the room, once, and give this browser its session."""
        public_id, token = _address(request)
        if _comes_from_elsewhere(request):
            return refused(request, Refusal.UNKNOWN, status=404)
        with writing(self.engine) as session:
            came_in = consume(
                session,
                public_id,
                token,
                room_key=self.room_key,
                actor=PERSON,
                now=self.clock(),
                held_session=self._held_session(request, public_id),
            )
        if isinstance(came_in, Refusal):
            return refused(request, came_in, status=_STATUS.get(came_in, _GONE))
        answer = RedirectResponse("/room", status_code=303)
        answer.set_cookie(
            self._cookie_name,
            f"{public_id}.{came_in.session_token}",
            max_age=int(OPEN_ROOM_STAYS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.secure_cookies,
        )
        return answer

    def show_conversation(self, request: Request) -> Response:
        """Show what was said in the room of this browser, and nothing from outside it."""
        with reading(self.engine) as session:
            room = self._room_of(session, request)
            if room is None:
                return refused(request, "outside", status=403)
            return self._with_language(request, self._conversation(session, request, room))

    def say(self, request: Request) -> Response:
        """Store what the person wrote."""
        if _comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.clock()
        with reading(self.engine) as session:
            room = self._room_of(session, request)
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
        with writing(self.engine) as session:
            still_open = self._room_of(session, request)
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
                sealer=self.sealer,
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
        brand = self.brand_of(room.account_id)
        words = _words(request, room, brand)
        return conversation_page(
            words,
            brand,
            messages(session, room.id or 0),
            reference=_reference(session, room),
            wrong=words[wrong] if wrong else "",
            typed=typed,
            status=status,
        )

    @property
    def _cookie_name(self) -> str:
        return "__Host-aparte_room" if self.secure_cookies else "aparte_room"

    def _held_session(self, request: Request, public_id: str) -> str | None:
        room, _, session_token = request.cookies.get(self._cookie_name, "").partition(".")
        return session_token if room == public_id and session_token else None

    def _room_of(self, session: Session, request: Request) -> RoomRow | None:
        public_id, _, session_token = request.cookies.get(self._cookie_name, "").partition(".")
        return find_open(session, public_id, session_token, now=self.clock()) if session_token else None

    def _with_language(self, request: Request, answer: Response) -> Response:
        chosen = request.query_params.get("lang", "")
        if chosen in LANGUAGES:
            answer.set_cookie(_LANGUAGE_COOKIE, chosen, httponly=True, samesite="lax", secure=self.secure_cookies)
        return answer


def refused(request: Request, why: str, *, status: int) -> Response:
    """A polite page that depends on nothing but `why` and the browser's language."""
    return refusal_page(words_for(_chosen(request) or _accepted(request), None), why, status=status)


def _address(request: Request) -> tuple[str, str]:
    return request.path_params["public_id"], request.path_params["token"]


def _words(request: Request, room: RoomRow, brand: Brand) -> Words:
    return words_for(_chosen(request) or room.language, brand)


def _chosen(request: Request) -> str | None:
    for chosen in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    return None


def _accepted(request: Request) -> str:
    return preferred(request.headers.get("accept-language", ""))


def _comes_from_elsewhere(request: Request) -> bool:
    return request.headers.get("sec-fetch-site", "") in {"cross-site", "same-site"}


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
