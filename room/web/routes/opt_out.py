"""Routes for opting out: from an unopened invitation, and from inside the room."""

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
from room.conversation.opt_out import MOST_PHONE_CHARACTERS, OptOut, parse_phone, record_opt_out
from room.lifecycle import PERSON, InvitationRefusal, consume_invitation, find_invitation
from room.web.browser_session import (
    current_room,
    delete_session_cookie,
    held_session,
    is_cross_site,
    refusal_response,
    remember_language,
    room_path,
    set_session_cookie,
    words_of,
)
from room.web.context import RoomContext
from room.web.forms import BodyTooLargeError, form_of
from room.web.pages.entry import farewell_page, opt_out_page
from room.web.routes.entry import refused_invitation
from room.wordings import Words


def opt_out_routes(context: RoomContext) -> list[Route]:
    """Where a person says why they do not come in, or do not prove who they are."""
    handlers = _OptOutHandlers(context)
    return [
        Route("/r/{public_id}/{token}/out", handlers.show_at_link, methods=["GET"]),
        Route("/r/{public_id}/{token}/out", handlers.take_at_link, methods=["POST"]),
        Route("/room/out", handlers.show_inside, methods=["GET"]),
        Route("/room/out", handlers.take_inside, methods=["POST"]),
    ]


@dataclass(frozen=True, kw_only=True)
class _OptOutForm:
    """What a form asked for."""

    way: OptOut | None
    """None where it is no way out."""
    calls: bool
    phone: str | None
    """None where a call is asked for and the number is none."""
    typed: str


@dataclass(frozen=True)
class _OptOutHandlers:
    context: RoomContext

    def show_at_link(self, request: Request) -> Response:
        """Show the ways out. Takes none, and opens nothing."""
        with reading(self.context.engine) as session:
            found = self._invited(session, request)
        if isinstance(found, InvitationRefusal):
            return refused_invitation(self.context, request, found)
        return remember_language(self.context, request, self._page(request, found))

    def take_at_link(self, request: Request) -> Response:
        """Take a way out. It is not me: the invitation is void. With any other the person comes in, once."""
        public_id, token = request.path_params["public_id"], request.path_params["token"]
        if is_cross_site(request):
            return refusal_response(request, InvitationRefusal.UNKNOWN, status=404)
        now = self.context.clock()
        with writing(self.context.engine) as session:
            found = self._invited(session, request)
            if isinstance(found, RoomRow):
                wish = _opt_out_form(request, self.context.brand_of(found.account_id).market)
                if wish.way is None or wish.phone is None:
                    return self._page(request, found, wish)
                if wish.way is OptOut.NOT_ME:
                    return self._take(session, request, found, wish)
                came_in = consume_invitation(
                    session,
                    public_id,
                    token,
                    room_key=self.context.room_key,
                    actor=PERSON,
                    now=now,
                    held_session=held_session(self.context, request, public_id),
                )
                if not isinstance(came_in, InvitationRefusal):
                    answer = self._take(session, request, found, wish)
                    return set_session_cookie(self.context, answer, public_id, came_in.session_token)
                found = came_in
        return refused_invitation(self.context, request, found)

    def show_inside(self, request: Request) -> Response:
        """Show the ways out of the room of this browser."""
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=self.context.clock())
        if room is None:
            return refusal_response(request, "outside", status=403)
        return remember_language(self.context, request, self._page(request, room, inside=True))

    def take_inside(self, request: Request) -> Response:
        """Take a way out of the room of this browser."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=self.context.clock())
            if room is None:
                return refusal_response(request, "outside", status=403)
            wish = _opt_out_form(request, self.context.brand_of(room.account_id).market)
            if wish.way is None or wish.phone is None:
                return self._page(request, room, wish, inside=True)
            return self._take(session, request, room, wish)

    def _invited(self, session: Session, request: Request) -> RoomRow | InvitationRefusal:
        public_id = request.path_params["public_id"]
        return find_invitation(
            session,
            public_id,
            request.path_params["token"],
            room_key=self.context.room_key,
            now=self.context.clock(),
            held_session=held_session(self.context, request, public_id),
        )

    def _take(self, session: Session, request: Request, room: RoomRow, wish: _OptOutForm) -> Response:
        assert wish.way is not None  # noqa: S101 - checked by the callers
        brand = self.context.brand_of(room.account_id)
        record_opt_out(
            session,
            room.id or 0,
            wish.way,
            told=_told(words_of(request, room, brand), wish, _reference(session, room)),
            phone=wish.phone or "",
            actor=PERSON,
            now=self.context.clock(),
            sealer=self.context.sealer,
        )
        if wish.way is OptOut.NOT_ME:
            return delete_session_cookie(self.context, farewell_page(words_of(request, room, brand), brand))
        return RedirectResponse(f"{room_path(request)}#end", status_code=303)

    def _page(
        self, request: Request, room: RoomRow, wish: _OptOutForm | None = None, *, inside: bool = False
    ) -> Response:
        brand = self.context.brand_of(room.account_id)
        here = request.url.path
        return opt_out_page(
            words_of(request, room, brand),
            brand,
            here=room_path(request, here),
            back=room_path(request) if inside else here.removesuffix("/out"),
            wrong=wish is not None and wish.way is OptOut.NO_CODE,
            typed=wish.typed if wish is not None else "",
        )


def _opt_out_form(request: Request, market: str) -> _OptOutForm:
    form: Mapping[str, str]
    try:
        form = form_of(request)
    except BodyTooLargeError:
        form = {}
    named = form.get("way", "")
    way = OptOut(named) if named in {way.value for way in OptOut} else None
    calls = way is OptOut.NO_CODE and form.get("how") != "office"
    typed = form.get("phone", "")[:MOST_PHONE_CHARACTERS]
    return _OptOutForm(way=way, calls=calls, phone=parse_phone(typed, market) if calls else "", typed=typed)


def _told(words: Words, wish: _OptOutForm, reference: str) -> str:
    if wish.calls:
        return words["call_me_told"].format(phone=wish.phone)
    if wish.way is OptOut.NO_CODE:
        return words["office_told"].format(reference=reference)
    return words[f"{wish.way}_told"]


def _reference(session: Session, room: RoomRow) -> str:
    query = select(col(CareCaseRow.reference)).where(col(CareCaseRow.id) == room.case_id)
    return str(session.execute(query).scalar_one())
