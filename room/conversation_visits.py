"""Several rooms of one person in one browser: each keeps a cookie of its own, and the newest is where `/room` leads."""

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
from room.premises import Premises
from room.rooms import find_open
from room.visits import cookie_name, room_of

ROOM = "room"
"""Names a room in an address: its public id, which opens nothing by itself."""
_MOST_ROOMS = 8


@dataclass(frozen=True, kw_only=True)
class OtherRoom:
    """Another conversation of whoever uses this browser."""

    public_id: str
    reference: str


def room_here(premises: Premises, session: Session, request: Request, *, now: datetime) -> RoomRow | None:
    """The open room that the address names, or else this browser's newest; None where it may not come in."""
    return room_named(premises, session, request, request.query_params.get(ROOM, ""), now=now)


def room_named(premises: Premises, session: Session, request: Request, named: str, *, now: datetime) -> RoomRow | None:
    """The open room with this public id, or else this browser's newest; None where it may not come in."""
    if not named:
        return room_of(premises, session, request, now=now)
    token = _kept(premises, request).get(named, "")
    return find_open(session, named, token, now=now) if token else None


def other_rooms(
    premises: Premises, session: Session, request: Request, room: RoomRow, *, now: datetime
) -> tuple[OtherRoom, ...]:
    """The other rooms that this browser may come into."""
    held = ((public_id, token) for public_id, token in _kept(premises, request).items() if public_id != room.public_id)
    rows = [row for public_id, token in held if (row := find_open(session, public_id, token, now=now)) is not None]
    return tuple(OtherRoom(public_id=row.public_id, reference=reference_of(session, row)) for row in rows)


def keep_room(premises: Premises, request: Request, answer: Response, room: RoomRow, *, now: datetime) -> None:
    """Let this browser keep the room for as long as the room stays open: each word makes that longer."""
    token = _kept(premises, request).get(room.public_id, "")
    stays = int((room.expires_at - now).total_seconds())
    if not token or stays <= 0:
        return
    # The first is where every page looks; the second is not lost when another room is opened.
    for name in (cookie_name(premises), _own_cookie(premises, room.public_id)):
        answer.set_cookie(
            name,
            f"{room.public_id}.{token}",
            max_age=stays,
            httponly=True,
            samesite="lax",
            secure=premises.secure_cookies,
        )


def address_of(room: RoomRow, path: str = "/room") -> str:
    """`path` as it leads into this very room, whichever others the browser has."""
    return f"{path}?{ROOM}={room.public_id}"


def onward(request: Request, path: str = "/room") -> str:
    """`path`, in the room that the address of `request` names, if it names one."""
    named = request.query_params.get(ROOM, "")
    return f"{path}?{ROOM}={quote(named, safe='')}" if named else path


def reference_of(session: Session, room: RoomRow) -> str:
    """What the person names to ask about their case."""
    query = select(col(CareCaseRow.reference)).where(col(CareCaseRow.id) == room.case_id)
    return str(session.execute(query).scalar_one())


def _kept(premises: Premises, request: Request) -> dict[str, str]:
    """The session token of each room that this browser holds, the newest first."""
    newest, own = cookie_name(premises), _own_cookie(premises, "")
    names = [newest, *[name for name in request.cookies if name.startswith(own)][:_MOST_ROOMS]]
    kept: dict[str, str] = {}
    for name in names:
        public_id, _, token = request.cookies.get(name, "").partition(".")
        if public_id and token:
            kept.setdefault(public_id, token)
    return kept


def _own_cookie(premises: Premises, public_id: str) -> str:
    return f"{cookie_name(premises)}_{public_id}"
