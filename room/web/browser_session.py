"""The browser's sessions, cookies, language and origin; one person may hold several rooms."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from records.models import Brand
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.lifecycle import OPEN_ROOM_STAYS, find_open_room
from room.rendering import refusal_page
from room.verification.throttling import source_digest
from room.web.context import RoomContext
from room.wordings import LANGUAGES, Words, preferred_language, words_for

_LANGUAGE_COOKIE = "aparte_language"
_UNKNOWN_ADDRESS = "unknown"


def cookie_name(context: RoomContext) -> str:
    """The cookie that carries room and session."""
    return "__Host-aparte_room" if context.secure_cookies else "aparte_room"


def held_session(context: RoomContext, request: Request, public_id: str) -> str | None:
    """The session token that the browser holds of this room; None where it holds none."""
    room, _, session_token = request.cookies.get(cookie_name(context), "").partition(".")
    return session_token if room == public_id and session_token else None


def newest_room(context: RoomContext, session: Session, request: Request, *, now: datetime) -> RoomRow | None:
    """The open room of this browser; None where it may not come in (any more)."""
    public_id, _, session_token = request.cookies.get(cookie_name(context), "").partition(".")
    return find_open_room(session, public_id, session_token, now=now) if session_token else None


def words_of(request: Request, room: RoomRow, brand: Brand) -> Words:
    """The texts in the language that the visitor chose, or the room's."""
    return words_for(_chosen(request) or room.language, brand)


def words_in(request: Request, language: str, brand: Brand | None) -> Words:
    """The texts in the language that the visitor chose, or `language`."""
    return words_for(_chosen(request) or language, brand)


def words_without_room(request: Request, brand: Brand | None = None) -> Words:
    """The texts in the language that the visitor chose, or the browser asks for: before any room is known."""
    return words_for(_chosen(request) or preferred_language(request.headers.get("accept-language", "")), brand)


def remember_language(context: RoomContext, request: Request, answer: Response) -> Response:
    """The answer, remembering the language that the visitor chose with it."""
    chosen = request.query_params.get("lang", "")
    if chosen in LANGUAGES:
        answer.set_cookie(_LANGUAGE_COOKIE, chosen, httponly=True, samesite="lax", secure=context.secure_cookies)
    return answer


def is_cross_site(request: Request) -> bool:
    """True where another site made the browser send this."""
    return request.headers.get("sec-fetch-site", "") in {"cross-site", "same-site"}


def set_session_cookie(context: RoomContext, answer: Response, public_id: str, session_token: str) -> Response:
    """The answer, giving this browser the session of a room."""
    answer.set_cookie(
        cookie_name(context),
        f"{public_id}.{session_token}",
        max_age=int(OPEN_ROOM_STAYS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=context.secure_cookies,
    )
    return answer


def delete_session_cookie(context: RoomContext, answer: Response) -> Response:
    """The answer, taking from this browser the session that it has."""
    answer.delete_cookie(cookie_name(context), httponly=True, samesite="lax", secure=context.secure_cookies)
    return answer


def request_source(context: RoomContext, request: Request, *, now: datetime) -> str:
    """The `source_digest` of where a request comes from.

    That is the address of the connection or, where the settings name a header that a proxy of ours overwrites, the
    last address in it. Of IPv6 the first 56 bits count: a household is given all of the others.
    """
    address = request.client.host if request.client is not None else _UNKNOWN_ADDRESS
    if context.source_header:
        named = ",".join(request.headers.getlist(context.source_header))
        address = named.rpartition(",")[2].strip() or address
    return source_digest(context.room_key, _network_of(address), now)


def refusal_response(request: Request, why: str, *, status: int) -> Response:
    """A polite page that depends on nothing but `why` and the browser's language."""
    return refusal_page(words_without_room(request), why, status=status)


def _network_of(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return _UNKNOWN_ADDRESS
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 56), strict=False))
    return str(found)


def _chosen(request: Request) -> str | None:
    for chosen in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    return None


ROOM = "room"
"""Names a room in an address: its public id, which opens nothing by itself."""
_MOST_ROOMS = 8


@dataclass(frozen=True, kw_only=True)
class OtherRoom:
    """Another conversation of whoever uses this browser."""

    public_id: str
    reference: str


def current_room(context: RoomContext, session: Session, request: Request, *, now: datetime) -> RoomRow | None:
    """The open room that the address names, or else this browser's newest; None where it may not come in."""
    return room_by_public_id(context, session, request, request.query_params.get(ROOM, ""), now=now)


def room_by_public_id(
    context: RoomContext, session: Session, request: Request, named: str, *, now: datetime
) -> RoomRow | None:
    """The open room with this public id, or else this browser's newest; None where it may not come in."""
    if not named:
        return newest_room(context, session, request, now=now)
    token = _held_sessions(context, request).get(named, "")
    return find_open_room(session, named, token, now=now) if token else None


def other_rooms(
    context: RoomContext, session: Session, request: Request, room: RoomRow, *, now: datetime
) -> tuple[OtherRoom, ...]:
    """The other rooms that this browser may come into."""
    held = (
        (public_id, token)
        for public_id, token in _held_sessions(context, request).items()
        if public_id != room.public_id
    )
    rows = [row for public_id, token in held if (row := find_open_room(session, public_id, token, now=now)) is not None]
    return tuple(OtherRoom(public_id=row.public_id, reference=case_reference(session, row)) for row in rows)


def extend_session_cookie(
    context: RoomContext, request: Request, answer: Response, room: RoomRow, *, now: datetime
) -> None:
    """Let this browser keep the room for as long as the room stays open: each word makes that longer."""
    token = _held_sessions(context, request).get(room.public_id, "")
    stays = int((room.expires_at - now).total_seconds())
    if not token or stays <= 0:
        return
    # The first is where every page looks; the second is not lost when another room is opened.
    for name in (cookie_name(context), _own_cookie(context, room.public_id)):
        answer.set_cookie(
            name,
            f"{room.public_id}.{token}",
            max_age=stays,
            httponly=True,
            samesite="lax",
            secure=context.secure_cookies,
        )


def room_address(room: RoomRow, path: str = "/room") -> str:
    """`path` as it leads into this very room, whichever others the browser has."""
    return f"{path}?{ROOM}={room.public_id}"


def room_path(request: Request, path: str = "/room") -> str:
    """`path`, in the room that the address of `request` names, if it names one."""
    named = request.query_params.get(ROOM, "")
    return f"{path}?{ROOM}={quote(named, safe='')}" if named else path


def case_reference(session: Session, room: RoomRow) -> str:
    """What the person names to ask about their case."""
    query = select(col(CareCaseRow.reference)).where(col(CareCaseRow.id) == room.case_id)
    return str(session.execute(query).scalar_one())


def _held_sessions(context: RoomContext, request: Request) -> dict[str, str]:
    """The session token of each room that this browser holds, the newest first."""
    newest, own = cookie_name(context), _own_cookie(context, "")
    names = [newest, *[name for name in request.cookies if name.startswith(own)][:_MOST_ROOMS]]
    kept: dict[str, str] = {}
    for name in names:
        public_id, _, token = request.cookies.get(name, "").partition(".")
        if public_id and token:
            kept.setdefault(public_id, token)
    return kept


def _own_cookie(context: RoomContext, public_id: str) -> str:
    return f"{cookie_name(context)}_{public_id}"
