"""The doors out: from an invitation that nobody has taken up, and from inside the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.bodies import BodyTooLargeError, form_of
from room.conversation_visits import onward, room_here
from room.entry_doors import refused_at_link
from room.entry_pages import farewell_page, ways_out_page
from room.premises import Premises
from room.rooms import PERSON, Refusal, consume, find_invitation
from room.visits import (
    comes_from_elsewhere,
    held_session,
    let_in,
    let_out,
    refused,
    with_language,
    words_of,
)
from room.ways_out import MOST_CHARACTERS, WayOut, read_phone, take_way_out
from room.wordings import Words


def ways_out_routes(premises: Premises) -> list[Route]:
    """Where a person says why they do not come in, or do not prove who they are."""
    doors = _WaysOutDoors(premises)
    return [
        Route("/r/{public_id}/{token}/out", doors.show_at_link, methods=["GET"]),
        Route("/r/{public_id}/{token}/out", doors.take_at_link, methods=["POST"]),
        Route("/room/out", doors.show_inside, methods=["GET"]),
        Route("/room/out", doors.take_inside, methods=["POST"]),
    ]


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What a form asked for."""

    way: WayOut | None
    """None where it is no way out."""
    calls: bool
    phone: str | None
    """None where a call is asked for and the number is none."""
    typed: str


@dataclass(frozen=True)
class _WaysOutDoors:
    premises: Premises

    def show_at_link(self, request: Request) -> Response:
        """Show the ways out. Takes none, and opens nothing."""
        with reading(self.premises.engine) as session:
            found = self._invited(session, request)
        if isinstance(found, Refusal):
            return refused_at_link(self.premises, request, found)
        return with_language(self.premises, request, self._page(request, found))

    def take_at_link(self, request: Request) -> Response:
        """Take a way out. It is not me: the invitation is void. With any other the person comes in, once."""
        public_id, token = request.path_params["public_id"], request.path_params["token"]
        if comes_from_elsewhere(request):
            return refused(request, Refusal.UNKNOWN, status=404)
        now = self.premises.clock()
        with writing(self.premises.engine) as session:
            found = self._invited(session, request)
            if isinstance(found, RoomRow):
                wish = _wish(request, self.premises.brand_of(found.account_id).market)
                if wish.way is None or wish.phone is None:
                    return self._page(request, found, wish)
                if wish.way is WayOut.NOT_ME:
                    return self._take(session, request, found, wish)
                came_in = consume(
                    session,
                    public_id,
                    token,
                    room_key=self.premises.room_key,
                    actor=PERSON,
                    now=now,
                    held_session=held_session(self.premises, request, public_id),
                )
                if not isinstance(came_in, Refusal):
                    answer = self._take(session, request, found, wish)
                    return let_in(self.premises, answer, public_id, came_in.session_token)
                found = came_in
        return refused_at_link(self.premises, request, found)

    def show_inside(self, request: Request) -> Response:
        """Show the ways out of the room of this browser."""
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=self.premises.clock())
        if room is None:
            return refused(request, "outside", status=403)
        return with_language(self.premises, request, self._page(request, room, inside=True))

    def take_inside(self, request: Request) -> Response:
        """Take a way out of the room of this browser."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        with writing(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=self.premises.clock())
            if room is None:
                return refused(request, "outside", status=403)
            wish = _wish(request, self.premises.brand_of(room.account_id).market)
            if wish.way is None or wish.phone is None:
                return self._page(request, room, wish, inside=True)
            return self._take(session, request, room, wish)

    def _invited(self, session: Session, request: Request) -> RoomRow | Refusal:
        public_id = request.path_params["public_id"]
        return find_invitation(
            session,
            public_id,
            request.path_params["token"],
            room_key=self.premises.room_key,
            now=self.premises.clock(),
            held_session=held_session(self.premises, request, public_id),
        )

    def _take(self, session: Session, request: Request, room: RoomRow, wish: _Wish) -> Response:
        assert wish.way is not None  # noqa: S101 - checked by the callers
        brand = self.premises.brand_of(room.account_id)
        take_way_out(
            session,
            room.id or 0,
            wish.way,
            told=_told(words_of(request, room, brand), wish, _reference(session, room)),
            phone=wish.phone or "",
            actor=PERSON,
            now=self.premises.clock(),
            sealer=self.premises.sealer,
        )
        if wish.way is WayOut.NOT_ME:
            return let_out(self.premises, farewell_page(words_of(request, room, brand), brand))
        return RedirectResponse(f"{onward(request)}#end", status_code=303)

    def _page(self, request: Request, room: RoomRow, wish: _Wish | None = None, *, inside: bool = False) -> Response:
        brand = self.premises.brand_of(room.account_id)
        here = request.url.path
        return ways_out_page(
            words_of(request, room, brand),
            brand,
            here=onward(request, here),
            back=onward(request) if inside else here.removesuffix("/out"),
            wrong=wish is not None and wish.way is WayOut.NO_CODE,
            typed=wish.typed if wish is not None else "",
        )


def _wish(request: Request, market: str) -> _Wish:
    form: Mapping[str, str]
    try:
        form = form_of(request)
    except BodyTooLargeError:
        form = {}
    named = form.get("way", "")
    way = WayOut(named) if named in {way.value for way in WayOut} else None
    calls = way is WayOut.NO_CODE and form.get("how") != "office"
    typed = form.get("phone", "")[:MOST_CHARACTERS]
    return _Wish(way=way, calls=calls, phone=read_phone(typed, market) if calls else "", typed=typed)


def _told(words: Words, wish: _Wish, reference: str) -> str:
    if wish.calls:
        return words["call_me_told"].format(phone=wish.phone)
    if wish.way is WayOut.NO_CODE:
        return words["office_told"].format(reference=reference)
    return words[f"{wish.way}_told"]


def _reference(session: Session, room: RoomRow) -> str:
    query = select(col(CareCaseRow.reference)).where(col(CareCaseRow.id) == room.case_id)
    return str(session.execute(query).scalar_one())
