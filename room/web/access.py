"""Who may do what: state changes come from our own pages, a room opens to its own session, guessing is slowed down.

`SameSiteWrites` stands before every route, so that no handler can forget the origin. A handler reaches a room by
`in_room` or `open_room` alone, which refuse a browser that holds no session of it. To refuse anything else a handler
raises `RefusedError`, which rolls its transaction back.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Protocol, TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from records.database import reading, writing
from records.models import Brand
from records.tables.room import RoomRow
from room.verification.throttling import source_digest
from room.web.browser_session import current_room, room_by_public_id, room_path
from room.web.context import RoomContext
from room.web.language import words_of, words_without_room
from room.web.rendering import render_page
from room.wordings import Words

OUTSIDE = "outside"
THROTTLED_SECONDS = 60
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_UNKNOWN_ADDRESS = "unknown"


class RefusedError(Exception):
    """A request is refused with a page that depends on nothing but `why` and the browser's language."""

    def __init__(self, why: str, *, status: int, retry_after: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        """Names the texts of the page: `WHY_title` and `WHY_text`."""
        self.status = status
        self.retry_after = retry_after
        """Seconds."""


def outside() -> RefusedError:
    """The browser has no session of the room, or another site sent it here."""
    return RefusedError(OUTSIDE, status=403)


def too_many_attempts() -> RefusedError:
    """The source of the request failed too often."""
    return RefusedError("too_many", status=429, retry_after=THROTTLED_SECONDS)


def refusal_response(request: Request, refused: RefusedError) -> Response:
    """The page of a refusal. Says nothing about any room."""
    words = words_without_room(request)
    response = render_page("refusal.html", words, status=refused.status, brand="", why=refused.why, here="")
    if refused.retry_after is not None:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def is_cross_site(request: Request) -> bool:
    """True where another site made the browser send this (Fetch Metadata, `Sec-Fetch-Site`)."""
    return request.headers.get("sec-fetch-site", "") in {"cross-site", "same-site"}


class SameSiteWrites:
    """Refuses every request that may change something and that another site made the browser send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            request = Request(scope)
            if is_cross_site(request):
                await refusal_response(request, outside())(scope, receive, send)
                return
        await self._app(scope, receive, send)


@dataclass(frozen=True, kw_only=True)
class RoomRequest:
    """A request by a browser that holds the session of an open room, in one transaction."""

    context: RoomContext
    http: Request
    session: Session
    room: RoomRow
    now: datetime

    @property
    def room_id(self) -> int:
        return self.room.id or 0

    @property
    def brand(self) -> Brand:
        return self.context.brand_of(self.room.account_id)

    @property
    def words(self) -> Words:
        """The texts in the language that the person chose, or the room's."""
        return words_of(self.http, self.room, self.brand)

    def path(self, path: str = "/room") -> str:
        """`path`, in the room that the address of the request names, if it names one."""
        return room_path(self.http, path)


@contextmanager
def open_room(
    context: RoomContext, http: Request, *, write: bool = False, named: str | None = None
) -> Iterator[RoomRequest]:
    """The open room whose session the browser holds, in a transaction of its own.

    The room is the one with the public id `named`, else the one that the address names, else this browser's newest.
    Raises RefusedError where the browser holds no session of it, or it is open no more.
    """
    now = context.clock()
    with (writing if write else reading)(context.engine) as session:
        if named is None:
            room = current_room(context, session, http, now=now)
        else:
            room = room_by_public_id(context, session, http, named, now=now)
        if room is None:
            raise outside()
        yield RoomRequest(context=context, http=http, session=session, room=room, now=now)


class _WithContext(Protocol):
    @property
    def context(self) -> RoomContext: ...


H = TypeVar("H", bound=_WithContext)


def in_room(
    *, write: bool = False
) -> Callable[[Callable[[H, RoomRequest], Response]], Callable[[H, Request], Response]]:
    """Makes a handler of one that takes the open room; `write` where its transaction changes something."""

    def decorate(handler: Callable[[H, RoomRequest], Response]) -> Callable[[H, Request], Response]:
        @wraps(handler)
        def handle(self: H, http: Request) -> Response:
            with open_room(self.context, http, write=write) as request:
                return handler(self, request)

        return handle

    return decorate


def request_source(context: RoomContext, request: Request, *, now: datetime) -> str:
    """The `source_digest` of where a request comes from.

    That is the address of the connection or, where the settings name a header that our own proxy overwrites, the last
    address in it. Of IPv6 the first 56 bits count: a household is given all of the others.
    """
    address = request.client.host if request.client is not None else _UNKNOWN_ADDRESS
    if context.source_header:
        named = ",".join(request.headers.getlist(context.source_header))
        address = named.rpartition(",")[2].strip() or address
    return source_digest(context.room_key, _network_of(address), now)


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
