"""The room's web application and its server."""

from __future__ import annotations

import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from records.database import reading
from room.attachments.files import MOST_BYTES
from room.web.access import RefusedError, SameSiteWrites, refusal_response
from room.web.context import RoomContext
from room.web.forms import ROUND_A_FILE, BoundedBody
from room.web.rendering import STYLE
from room.web.routes.consent import consent_routes
from room.web.routes.conversation import conversation_routes
from room.web.routes.entry import entry_routes
from room.web.routes.files import FILES_PATH, files_routes
from room.web.routes.opt_out import opt_out_routes
from room.web.routes.sign_in import sign_in_routes
from room.web.routes.verification import verification_routes

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}


def make_app(context: RoomContext) -> Starlette:
    """The application, whose refusals all take one form."""

    def healthz(_request: Request) -> Response:
        with reading(context.engine) as session:
            session.execute(text("SELECT 1"))
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            *entry_routes(context),
            *opt_out_routes(context),
            *verification_routes(context),
            *sign_in_routes(context),
            *consent_routes(context),
            *conversation_routes(context),
            *files_routes(context),
            Route("/room.css", _style, methods=["GET"]),
            Route("/healthz", healthz, methods=["GET"]),
        ],
        middleware=[
            Middleware(PrivateHeaders, over_tls=context.secure_cookies),
            Middleware(BoundedBody, larger={FILES_PATH: MOST_BYTES + ROUND_A_FILE}),
            Middleware(SameSiteWrites),
        ],
        exception_handlers={RefusedError: _refused, 404: _not_found, 405: _not_found, 500: _server_error},
    )


def server_of(app: Starlette, *, host: str, port: int) -> uvicorn.Server:
    """A server that is ready to `run()`; `should_exit = True` stops it.

    It logs no address, since a link holds the secret of its room.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
            # The source of a request is what the settings' header says, or the connection.
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )


class PrivateHeaders:
    """Keeps the room out of caches, frames, referrers and search engines."""

    def __init__(self, app: ASGIApp, *, over_tls: bool) -> None:
        self._app = app
        self._headers = HEADERS | (OVER_TLS if over_tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    # A download brings a stricter policy of its own.
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - Starlette registers handlers by type
    return refusal_response(request, error)


def _not_found(request: Request, _error: Exception) -> Response:
    return refusal_response(request, RefusedError("unknown", status=404))


def _server_error(request: Request, _error: Exception) -> Response:
    return refusal_response(request, RefusedError("broken", status=500))
