"""The outermost layer of the sandbox's web application: carries out failures on API calls."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.faults import FaultPlan, timeout_seconds
from sandbox.problems import RefusalError, forbidden, problem, too_many, unauthorized
from sandbox.truth import as_json

HTML_PAGE = (
    b"<!DOCTYPE html><html><head><title>X / Over capacity</title></head><body><h1>Over capacity</h1></body></html>"
)
REFUSED_SECONDS = 60
NOT_ALLOWED = "You are not permitted to use this endpoint."
REFUSED: dict[str, RefusalError] = {
    "status:429": too_many(),
    "status:500": problem(500, "Internal Server Error", "Internal Server Error"),
    "status:503": problem(503, "Service Unavailable", "Service Unavailable"),
    "401": unauthorized(),
    "403": forbidden(NOT_ALLOWED),
}


class CuttableProtocol(H11Protocol):
    """HTTP/1.1 whose application may cut the connection: `scope["sandbox.cut"]()`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection's end to the application with every request."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        inner = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            scope["sandbox.cut"] = transport.abort
            await cast("ASGIApp", inner)(scope, receive, send)

        self.app = with_cut


class FaultDoor:
    """Passes calls on, unless the plan has a failure for them."""

    def __init__(self, app: ASGIApp, plan: FaultPlan, now: Callable[[], float]) -> None:
        self._app = app
        self._plan = plan
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        api = scope["type"] == "http" and scope["path"].startswith("/2/")
        kind = self._plan.next(scope["method"], scope["path"]) if api else None
        if kind is None:
            await self._app(scope, receive, send)
        elif kind in REFUSED:
            await self._refuse(send, kind)
        elif kind == "html":
            await _answer(send, 503, HTML_PAGE, kind=b"text/html; charset=utf-8")
        else:
            await self._accept_and_fail(kind, scope, receive, send)

    async def _refuse(self, send: Send, kind: str) -> None:
        headers = []
        if kind == "status:429":
            reset = str(int(self._now()) + REFUSED_SECONDS).encode()
            headers = [(b"x-rate-limit-limit", b"1"), (b"x-rate-limit-remaining", b"0"), (b"x-rate-limit-reset", reset)]
        await _answer(send, REFUSED[kind].status, as_json(REFUSED[kind].body), headers=headers)

    async def _accept_and_fail(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        seconds = timeout_seconds(kind)
        scope["sandbox.spoiled"] = seconds is None
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        if seconds is not None:
            await asyncio.sleep(seconds)
            for message in messages:
                await send(message)
        elif kind == "accepted_then_cut":
            scope["sandbox.cut"]()
            await asyncio.sleep(0.01)
        elif kind == "truncated":
            body = b"".join(message.get("body", b"") for message in messages)
            await _answer(send, messages[0]["status"], body[: len(body) // 2])
        else:
            failure = REFUSED["status:500"]
            await _answer(send, failure.status, as_json(failure.body))


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    kind: bytes = b"application/json; charset=utf-8",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    known = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": known})
    await send({"type": "http.response.body", "body": body})
