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
from room.consent_doors import consent_routes
from room.conversation_doors import conversation_routes
from room.entry_doors import entry_routes
from room.files import MOST_BYTES
from room.files_doors import FILES_PATH
from room.files_form import ROUND_A_FILE
from room.headers import PrivateHeaders
from room.pages import STYLE
from room.premises import HoursOf, Premises, unknown_hours
from room.proof_doors import proof_routes
from room.proof_ports import Learner, ProofPorts
from room.sign_in_doors import sign_in_routes
from room.visits import refused
from room.ways_out_doors import ways_out_routes


def make_app(  # noqa: PLR0913 - a house has this many things to say
    *,
    engine: Engine,
    room_key: bytes,
    sealer: Sealer,
    clock: Callable[[], datetime],
    brand_of: Callable[[int], Brand],
    secure_cookies: bool,
    brands: tuple[Brand, ...] = (),
    source_header: str = "",
    proof: ProofPorts | None = None,
    learner: Learner | None = None,
    hours_of: HoursOf = unknown_hours,
) -> Starlette:
    """The application; `Premises` says what each part is."""
    premises = Premises(
        engine=engine,
        room_key=room_key,
        sealer=sealer,
        clock=clock,
        brand_of=brand_of,
        secure_cookies=secure_cookies,
        brands=brands,
        source_header=source_header,
        proof=proof,
        learner=learner,
        hours_of=hours_of,
    )

    def healthz(_request: Request) -> Response:
        with reading(engine) as session:
            session.execute(text("SELECT 1"))
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            *entry_routes(premises),
            *ways_out_routes(premises),
            *proof_routes(premises),
            *sign_in_routes(premises),
            *consent_routes(premises),
            *conversation_routes(premises),
            Route("/room.css", _style, methods=["GET"]),
            Route("/healthz", healthz, methods=["GET"]),
        ],
        middleware=[
            Middleware(PrivateHeaders, over_tls=secure_cookies),
            Middleware(BoundedBody, larger={FILES_PATH: MOST_BYTES + ROUND_A_FILE}),
        ],
        exception_handlers={404: _nothing_here, 405: _nothing_here, 500: _broken},
    )


def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")


def _nothing_here(request: Request, _error: Exception) -> Response:
    return refused(request, "unknown", status=404)


def _broken(request: Request, _error: Exception) -> Response:
    return refused(request, "broken", status=500)
