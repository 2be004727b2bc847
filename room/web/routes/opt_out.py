"""Routes for opting out: from an unopened invitation, and from inside the room."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.room import RoomRow
from room.conversation.opt_out import MOST_PHONE_CHARACTERS, OptOut, parse_phone, record_opt_out
from room.lifecycle import PERSON, InvitationRefusal
from room.web.access import RoomRequest, in_room
from room.web.browser_session import case_reference, delete_session_cookie, room_path, set_session_cookie
from room.web.context import RoomContext
from room.web.forms import form_or_empty
from room.web.language import remember_language, words_of
from room.web.pages.entry import farewell_page, opt_out_page
from room.web.routes.entry import LINK_PATH, consume_linked_invitation, linked_invitation, refused_invitation
from room.wordings import Words

ROOM_PATH = "/room/out"


def opt_out_routes(context: RoomContext) -> list[Route]:
    """Where a person says why they do not enter, or do not prove who they are."""
    handlers = _OptOutHandlers(context)
    return [
        Route(f"{LINK_PATH}/out", handlers.show_at_link, methods=["GET"]),
        Route(f"{LINK_PATH}/out", handlers.opt_out_at_link, methods=["POST"]),
        Route(ROOM_PATH, handlers.show_in_room, methods=["GET"]),
        Route(ROOM_PATH, handlers.opt_out_in_room, methods=["POST"]),
    ]


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """What a form chose."""

    way: OptOut
    calls: bool
    """A telephone call is asked for."""
    phone: str
    """Empty where no call is asked for."""


@dataclass(frozen=True, kw_only=True)
class _Incomplete:
    """A form that chose nothing, or a call to what is no telephone number."""

    wrong_phone: bool = False
    typed: str = ""


@dataclass(frozen=True)
class _OptOutHandlers:
    context: RoomContext

    def show_at_link(self, request: Request) -> Response:
        """Show the ways to opt out. Takes none, and opens nothing."""
        with reading(self.context.engine) as session:
            found = linked_invitation(self.context, session, request)
        if isinstance(found, InvitationRefusal):
            raise refused_invitation(self.context, request, found)
        return remember_language(self.context, request, self._page(request, found))

    def opt_out_at_link(self, request: Request) -> Response:
        """Opt out before entering. `not_me` voids the invitation; with any other choice the person enters, once."""
        with writing(self.context.engine) as session:
            found = linked_invitation(self.context, session, request)
            if isinstance(found, RoomRow):
                choice = _choice(request, self.context.brand_of(found.account_id).market)
                if isinstance(choice, _Incomplete):
                    return self._page(request, found, choice)
                if choice.way is OptOut.NOT_ME:
                    return self._record(session, request, found, choice)
                opened = consume_linked_invitation(self.context, session, request)
                if not isinstance(opened, InvitationRefusal):
                    response = self._record(session, request, found, choice)
                    return set_session_cookie(self.context, response, found.public_id, opened.session_token)
                found = opened
        raise refused_invitation(self.context, request, found)

    @in_room()
    def show_in_room(self, request: RoomRequest) -> Response:
        """Show the ways to opt out of the room of this browser."""
        page = self._page(request.http, request.room, in_room=True)
        return remember_language(self.context, request.http, page)

    @in_room(write=True)
    def opt_out_in_room(self, request: RoomRequest) -> Response:
        """Opt out of the room of this browser."""
        choice = _choice(request.http, request.brand.market)
        if isinstance(choice, _Incomplete):
            return self._page(request.http, request.room, choice, in_room=True)
        return self._record(request.session, request.http, request.room, choice)

    def _record(self, session: Session, request: Request, room: RoomRow, choice: _Choice) -> Response:
        brand = self.context.brand_of(room.account_id)
        words = words_of(request, room, brand)
        record_opt_out(
            session,
            room.id or 0,
            choice.way,
            notice=_notice(words, choice, case_reference(session, room)),
            phone=choice.phone,
            actor=PERSON,
            now=self.context.clock(),
            sealer=self.context.sealer,
        )
        if choice.way is OptOut.NOT_ME:
            return delete_session_cookie(self.context, farewell_page(words, brand))
        return RedirectResponse(f"{room_path(request)}#end", status_code=303)

    def _page(
        self, request: Request, room: RoomRow, incomplete: _Incomplete | None = None, *, in_room: bool = False
    ) -> Response:
        brand = self.context.brand_of(room.account_id)
        here = request.url.path
        return opt_out_page(
            words_of(request, room, brand),
            brand,
            here=room_path(request, here),
            back=room_path(request) if in_room else here.removesuffix("/out"),
            wrong=incomplete is not None and incomplete.wrong_phone,
            typed=incomplete.typed if incomplete is not None else "",
        )


def _choice(request: Request, market: str) -> _Choice | _Incomplete:
    form = form_or_empty(request)
    named, typed = form.get("way", ""), form.get("phone", "")[:MOST_PHONE_CHARACTERS]
    if named not in {way.value for way in OptOut}:
        return _Incomplete(typed=typed)
    way = OptOut(named)
    calls = way is OptOut.NO_CODE and form.get("how") != "office"
    phone = parse_phone(typed, market) if calls else ""
    if phone is None:
        return _Incomplete(wrong_phone=True, typed=typed)
    return _Choice(way=way, calls=calls, phone=phone)


def _notice(words: Words, choice: _Choice, reference: str) -> str:
    """What the team reads in the room."""
    if choice.calls:
        return words["call_me_told"].format(phone=choice.phone)
    if choice.way is OptOut.NO_CODE:
        return words["office_told"].format(reference=reference)
    return words[f"{choice.way}_told"]
