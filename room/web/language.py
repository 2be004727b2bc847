"""The language of a page: what the person chose, else the room's, else the browser's."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from records.models import Brand
from records.tables.room import RoomRow
from room.web.context import RoomContext
from room.wordings import LANGUAGES, Words, preferred_language, words_for

_COOKIE = "aparte_language"


def words_of(request: Request, room: RoomRow, brand: Brand) -> Words:
    """The texts in the language that the person chose, or the room's."""
    return words_for(_chosen(request) or room.language, brand)


def words_in(request: Request, language: str, brand: Brand | None) -> Words:
    """The texts in the language that the person chose, or `language`."""
    return words_for(_chosen(request) or language, brand)


def words_without_room(request: Request) -> Words:
    """The texts in the language that the person chose, or the browser asks for: before any room is known."""
    return words_for(_chosen(request) or preferred_language(request.headers.get("accept-language", "")), None)


def remember_language(context: RoomContext, request: Request, response: Response) -> Response:
    """`response`, with a cookie for the language that its address chose."""
    chosen = request.query_params.get("lang", "")
    if chosen in LANGUAGES:
        response.set_cookie(_COOKIE, chosen, httponly=True, samesite="lax", secure=context.secure_cookies)
    return response


def _chosen(request: Request) -> str | None:
    for chosen in (request.query_params.get("lang"), request.cookies.get(_COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    return None
