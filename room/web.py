"""The room's own web application: server-rendered, without a script, on an origin of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ledger.entry import Sealer
from records.database import reading
from records.nouns import Brand
from room.bodies import BoundedBody
from room.conversation_doors import conversation_routes
from room.entry_doors import entry_routes
from room.headers import PrivateHeaders
from room.pages import STYLE
from room.premises import Premises
from room.visits import refused


def make_app(
    *,
    engine: Engine,
    room_key: bytes,
    sealer: Sealer,
    clock: Callable[[], datetime],
    brand_of: Callable[[int], Brand],
    secure_cookies: bool,
) -> Starlette:
    """The application; `brand_of` is asked by account, `secure_cookies` is for all but loopback."""
    premises = Premises(
        engine=engine,
        room_key=room_key,
        sealer=sealer,
        clock=clock,
        brand_of=brand_of,
        secure_cookies=secure_cookies,
    )

    def healthz(_request: Request) -> Response:
        with reading(engine) as session:
            session.execute(text("SELECT 1"))
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            *entry_routes(premises),
            *conversation_routes(premises),
            Route("/room.css", _style, methods=["GET"]),
            Route("/healthz", healthz, methods=["GET"]),
        ],
        middleware=[
            Middleware(PrivateHeaders, over_tls=secure_cookies),
            Middleware(BoundedBody),
        ],
        exception_handlers={404: _nothing_here, 405: _nothing_here, 500: _broken},
    )


def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")


def _nothing_here(request: Request, _error: Exception) -> Response:
    return refused(request, "unknown", status=404)


def _broken(request: Request, _error: Exception) -> Response:
    return refused(request, "broken", status=500)
