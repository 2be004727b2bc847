"""Who is at the door: the browser's session, its language, and where it comes from."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from records.nouns import Brand
from records.tables.room import RoomRow
from room.guesses import source_digest
from room.pages import refusal_page
from room.premises import Premises
from room.rooms import OPEN_ROOM_STAYS, find_open
from room.wordings import LANGUAGES, Words, preferred, words_for

_LANGUAGE_COOKIE = "aparte_language"
_UNKNOWN_ADDRESS = "unknown"


def cookie_name(premises: Premises) -> str:
    """The cookie that carries room and session."""
    return "__Host-aparte_room" if premises.secure_cookies else "aparte_room"


def held_session(premises: Premises, request: Request, public_id: str) -> str | None:
    """The session token that the browser holds of this room; None where it holds none."""
    room, _, session_token = request.cookies.get(cookie_name(premises), "").partition(".")
    return session_token if room == public_id and session_token else None


def room_of(premises: Premises, session: Session, request: Request, *, now: datetime) -> RoomRow | None:
    """The open room of this browser; None where it may not come in (any more)."""
    public_id, _, session_token = request.cookies.get(cookie_name(premises), "").partition(".")
    return find_open(session, public_id, session_token, now=now) if session_token else None


def words_of(request: Request, room: RoomRow, brand: Brand) -> Words:
    """The texts in the language that the visitor chose, or the room's."""
    return words_for(_chosen(request) or room.language, brand)


def words_at(request: Request, language: str, brand: Brand | None) -> Words:
    """The texts in the language that the visitor chose, or `language`."""
    return words_for(_chosen(request) or language, brand)


def words_before(request: Request, brand: Brand | None = None) -> Words:
    """The texts in the language that the visitor chose, or the browser asks for: before any room is known."""
    return words_for(_chosen(request) or preferred(request.headers.get("accept-language", "")), brand)


def with_language(premises: Premises, request: Request, answer: Response) -> Response:
    """The answer, remembering the language that the visitor chose with it."""
    chosen = request.query_params.get("lang", "")
    if chosen in LANGUAGES:
        answer.set_cookie(_LANGUAGE_COOKIE, chosen, httponly=True, samesite="lax", secure=premises.secure_cookies)
    return answer


def comes_from_elsewhere(request: Request) -> bool:
    """True where another site made the browser send this."""
    return request.headers.get("sec-fetch-site", "") in {"cross-site", "same-site"}


def let_in(premises: Premises, answer: Response, public_id: str, session_token: str) -> Response:
    """The answer, giving this browser the session of a room."""
    answer.set_cookie(
        cookie_name(premises),
        f"{public_id}.{session_token}",
        max_age=int(OPEN_ROOM_STAYS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=premises.secure_cookies,
    )
    return answer


def let_out(premises: Premises, answer: Response) -> Response:
    """The answer, taking from this browser the session that it has."""
    answer.delete_cookie(cookie_name(premises), httponly=True, samesite="lax", secure=premises.secure_cookies)
    return answer


def source_of(premises: Premises, request: Request, *, now: datetime) -> str:
    """The `source_digest` of where a request comes from.

    That is the address of the connection or, where the settings name a header that a proxy of ours overwrites, the
    last address in it. Of IPv6 the first 56 bits count: a household is given all of the others.
    """
    address = request.client.host if request.client is not None else _UNKNOWN_ADDRESS
    if premises.source_header:
        named = ",".join(request.headers.getlist(premises.source_header))
        address = named.rpartition(",")[2].strip() or address
    return source_digest(premises.room_key, _network_of(address), now)


def refused(request: Request, why: str, *, status: int) -> Response:
    """A polite page that depends on nothing but `why` and the browser's language."""
    return refusal_page(words_before(request), why, status=status)


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
