"""The sessions that a browser holds: one cookie a room, and one for the newest, to which `/room` leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.lifecycle import OPEN_ROOM_STAYS, find_open_room
from room.web.context import RoomContext

ROOM = "room"
"""The query parameter that names a room: its public id, which opens nothing by itself."""
_MOST_ROOMS = 8


@dataclass(frozen=True, kw_only=True)
class OtherRoom:
    """Another conversation of whoever uses this browser."""

    public_id: str
    reference: str


def held_session(context: RoomContext, request: Request, public_id: str) -> str | None:
    """The session token of this room in the browser's newest cookie; None where that is of another room."""
    room, _, session_token = request.cookies.get(_newest_cookie(context), "").partition(".")
    return session_token if room == public_id and session_token else None


def current_room(context: RoomContext, session: Session, request: Request, *, now: datetime) -> RoomRow | None:
    """The open room that the address names, or else this browser's newest; None where it holds no session of it."""
    return room_by_public_id(context, session, request, request.query_params.get(ROOM, ""), now=now)


def room_by_public_id(
    context: RoomContext, session: Session, request: Request, named: str, *, now: datetime
) -> RoomRow | None:
    """The open room with this public id, or else this browser's newest; None where it holds no session of it."""
    if not named:
        return _newest_room(context, session, request, now=now)
    token = _held_sessions(context, request).get(named, "")
    return find_open_room(session, named, token, now=now) if token else None


def other_rooms(
    context: RoomContext, session: Session, request: Request, room: RoomRow, *, now: datetime
) -> tuple[OtherRoom, ...]:
    """The other open rooms of which the browser holds a session."""
    held = _held_sessions(context, request)
    held.pop(room.public_id, None)
    rows = [find_open_room(session, public_id, token, now=now) for public_id, token in held.items()]
    return tuple(
        OtherRoom(public_id=row.public_id, reference=case_reference(session, row)) for row in rows if row is not None
    )


def set_session_cookie(context: RoomContext, response: Response, public_id: str, session_token: str) -> Response:
    """`response`, giving this browser the session of a room."""
    _set_cookie(
        context, response, _newest_cookie(context), f"{public_id}.{session_token}", OPEN_ROOM_STAYS.total_seconds()
    )
    return response


def extend_session_cookie(
    context: RoomContext, request: Request, response: Response, room: RoomRow, *, now: datetime
) -> None:
    """Let this browser keep the session for as long as the room stays open, which each message prolongs."""
    token = _held_sessions(context, request).get(room.public_id, "")
    stays = int((room.expires_at - now).total_seconds())
    if not token or stays <= 0:
        return
    # The first is where every page looks; the second is not lost when another room is opened.
    for name in (_newest_cookie(context), _own_cookie(context, room.public_id)):
        _set_cookie(context, response, name, f"{room.public_id}.{token}", stays)


def delete_session_cookie(context: RoomContext, response: Response) -> Response:
    """`response`, taking from this browser its newest session."""
    response.delete_cookie(_newest_cookie(context), httponly=True, samesite="lax", secure=context.secure_cookies)
    return response


def room_address(room: RoomRow, path: str = "/room") -> str:
    """`path` as it leads into this very room, whichever others the browser has."""
    return f"{path}?{ROOM}={room.public_id}"


def room_path(request: Request, path: str = "/room") -> str:
    """`path`, in the room that the address of `request` names, if it names one."""
    named = request.query_params.get(ROOM, "")
    return f"{path}?{ROOM}={quote(named, safe='')}" if named else path


def case_reference(session: Session, room: RoomRow) -> str:
    """The reference by which the person asks about their case."""
    query = select(col(CareCaseRow.reference)).where(col(CareCaseRow.id) == room.case_id)
    return str(session.execute(query).scalar_one())


def _newest_room(context: RoomContext, session: Session, request: Request, *, now: datetime) -> RoomRow | None:
    public_id, _, session_token = request.cookies.get(_newest_cookie(context), "").partition(".")
    return find_open_room(session, public_id, session_token, now=now) if session_token else None


def _held_sessions(context: RoomContext, request: Request) -> dict[str, str]:
    """The session token of each room that this browser holds, the newest first."""
    newest, own = _newest_cookie(context), _own_cookie(context, "")
    names = [newest, *[name for name in request.cookies if name.startswith(own)][:_MOST_ROOMS]]
    held: dict[str, str] = {}
    for name in names:
        public_id, _, token = request.cookies.get(name, "").partition(".")
        if public_id and token:
            held.setdefault(public_id, token)
    return held


def _set_cookie(context: RoomContext, response: Response, name: str, value: str, seconds: float) -> None:
    response.set_cookie(name, value, max_age=int(seconds), httponly=True, samesite="lax", secure=context.secure_cookies)


def _newest_cookie(context: RoomContext) -> str:
    return "__Host-aparte_room" if context.secure_cookies else "aparte_room"


def _own_cookie(context: RoomContext, public_id: str) -> str:
    return f"{_newest_cookie(context)}_{public_id}"
