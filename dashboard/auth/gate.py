"""The auth gate: ASGI middleware that serves nothing but the sign-in page without a session."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.auth.sessions import SESSION_COOKIE, AuthState, current_agent, session_of_token
from dashboard.wording.texts import LANGUAGE_COOKIE, preferred_language

OPEN_PATHS = frozenset({"/healthz", "/sign-in", "/sign-out", "/language"})
HEADERS = {
    "Content-Security-Policy": (
        "frame-ancestors 'none'; base-uri 'self'; object-src 'none'; form-action 'self'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_REFUSED = 1008
"""WebSocket close code: policy violation."""
_HTML_LANG = re.compile(rb'<html lang="[^"]*"')


class AuthGate:
    """Passes requests with a session and redirects others to the sign-in page; sets the `lang` of each page."""

    def __init__(self, app: ASGIApp, *, auth: AuthState) -> None:
        self._app = app
        self._auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and not await self._known(HTTPConnection(scope)):
            await send({"type": "websocket.close", "code": _REFUSED})
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        send = _with_headers(send)
        if scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif _is_navigation(connection):
            if await self._known(connection):
                await self._page(scope, receive, send, connection)
            else:
                there = RedirectResponse(f"/sign-in?next={quote(_address(connection))}", status_code=303)
                await there(scope, receive, send)
        elif session_of_token(self._auth, connection.cookies.get(SESSION_COOKIE)) is None:
            await PlainTextResponse("Sign in first.", status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _known(self, connection: HTTPConnection) -> bool:
        token = connection.cookies.get(SESSION_COOKIE)
        if session_of_token(self._auth, token) is None:
            return False
        return await run_in_threadpool(self._agent_is_known, token)

    def _agent_is_known(self, token: str | None) -> bool:
        now = self._auth.app.clock.now()
        return current_agent(self._auth, token, now=now) is not None

    async def _page(self, scope: Scope, receive: Receive, send: Send, connection: HTTPConnection) -> None:
        language = preferred_language(
            connection.cookies.get(LANGUAGE_COOKIE), connection.headers.get("accept-language")
        )
        # Neither compressed nor answered with "not modified", since the language is written into the page.
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if name not in {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
        ]
        await self._app({**scope, "headers": headers}, receive, _WithPageLanguage(send, language))


class _WithPageLanguage:
    """Sends an HTML answer on with the language of its page, and every other answer unchanged."""

    def __init__(self, send: Send, language: str) -> None:
        self._send = send
        self._label = f'<html lang="{language}"'.encode()
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)
        else:
            await self._send(message)

    async def _send_page(self, start: Message) -> None:
        body = _HTML_LANG.sub(self._label, self._body, count=1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
        for name in ("etag", "last-modified"):
            del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return send_with_headers


def _is_navigation(connection: HTTPConnection) -> bool:
    if connection.scope["method"] not in {"GET", "HEAD"}:
        return False
    return "text/html" in connection.headers.get("accept", "")


def _is_html(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _address(connection: HTTPConnection) -> str:
    query = connection.url.query
    return connection.url.path + (f"?{query}" if query else "")
