"""Middleware that carries out failures on API calls, and sets the sandbox's date in the headers."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import cast
from urllib.parse import parse_qs, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.faults.pages import served_otherwise, shorter_query
from sandbox.faults.plan import FaultPlan, MetFault
from sandbox.faults.responses import HTML_PAGE, HTML_TYPE, FaultAnswer, expired_token, refused
from sandbox.faults.schedule import PAGES, TIMEOUT, TOKEN_EXPIRED, FaultCall, seconds_of
from sandbox.world.models import BrandAccount

TOKENS = ("bearer-token", "access-token", "user-token", "page-token")
SIGNER = re.compile(r'oauth_token="([^"]+)"')
FORM_TOKEN = re.compile(rb'name="access_token"\r\n\r\n([^\r]+)\r\n')
RESETS = frozenset({b"x-rate-limit-reset", b"x-app-limit-24hour-reset"})
ECHO_SECONDS = 0.1
Pair = tuple[bytes, bytes]


class FaultMiddleware:
    """Passes calls on, unless the plan has a failure for them. `echo` delivers the webhooks that are due."""

    def __init__(
        self, app: ASGIApp, plan: FaultPlan, now: Callable[[], float], callers: CallerLookup, echo: Callable[[], object]
    ) -> None:
        self._app = app
        self._plan = plan
        self._now = now
        self._callers = callers
        self._echo = echo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        now = self._now()
        if scope["path"].startswith("/_"):
            await self._app(scope, receive, _dated(send, now, 0.0))
            return
        body = await _body(receive)
        call = self._call(scope, body, now)
        met = self._plan.meet(call)
        failing = _Failing(scope=scope, send=_dated(send, now, met.skew), call=call, body=body)
        if met.skew:
            self._plan.note(call, "clock_off")
        if met.kind is None:
            await self._app(scope, failing.receive, failing.send)
        elif await self._carry_out(met, met.kind, failing):
            self._plan.note(call, met.kind, until=met.until)

    def _call(self, scope: Scope, body: bytes, now: float) -> FaultCall:
        query = scope["query_string"].decode("latin-1")
        account = self._callers.account(scope["path"], query, Headers(scope=scope), body)
        return FaultCall(method=scope["method"], path=scope["path"], account=account, now=now)

    async def _carry_out(self, met: MetFault, kind: str, failing: _Failing) -> bool:
        """Let the call fail; False where that kind of failure does not apply to it."""
        answer = self._refused(kind, failing.call, until=met.until)
        if answer is not None:
            await failing.answer(answer)
        elif kind == "cut":
            await failing.cut()
        elif kind in PAGES:
            return await self._serve_otherwise(kind, failing)
        elif seconds_of(kind) is not None:
            await self._hang(kind, seconds_of(kind) or 0.0, failing)
        else:
            await self._accept_and_fail(kind, failing)
        return True

    def _refused(self, kind: str, call: FaultCall, until: float | None = None) -> FaultAnswer | None:
        if kind == TOKEN_EXPIRED and call.path.endswith("/debug_token"):
            return expired_token()
        account = self._callers.known(call.account)
        network = "x" if call.path.startswith("/2/") else account.network if account else "facebook"
        page = account.page_id if account else None
        return refused(kind, network=network, page=page, now=call.now or 0.0, until=until)

    async def _serve_otherwise(self, kind: str, failing: _Failing) -> bool:
        if failing.call.writes:
            await self._app(failing.scope, failing.receive, failing.send)
            return False
        meta = not failing.call.path.startswith("/2/")
        failing.scope["sandbox.spoiled"] = kind == "empty_page"
        shorter = shorter_query(failing.scope["query_string"]) if kind == "short_page" and meta else None
        if shorter is not None:
            failing.scope["query_string"] = shorter
        accepted = await failing.accepted_by(self._app)
        changed = served_otherwise(kind, accepted.body) if accepted.status == 200 and shorter is None else None
        await failing.pass_on(accepted, changed)
        return changed is not None or shorter is not None

    async def _hang(self, kind: str, seconds: float, failing: _Failing) -> None:
        if kind.startswith("timeout:"):
            await asyncio.sleep(seconds)
            await failing.cut()
        elif kind.startswith(TIMEOUT):
            accepted = await failing.accepted_by(self._app)
            await asyncio.sleep(seconds)
            await failing.pass_on(accepted)
        else:
            await asyncio.sleep(seconds)
            await self._app(failing.scope, failing.receive, failing.send)

    async def _accept_and_fail(self, kind: str, failing: _Failing) -> None:
        failing.scope["sandbox.spoiled"] = kind != "echo_first"
        accepted = await failing.accepted_by(self._app)
        if kind == "echo_first":
            await run_in_threadpool(self._echo)
            await asyncio.sleep(ECHO_SECONDS)
            await failing.pass_on(accepted)
        elif kind == "accepted_then_cut":
            await failing.cut()
        elif kind == "cut_mid_body":
            await failing.cut_within(accepted)
        elif kind == "truncated":
            await failing.pass_on(accepted, accepted.body[: len(accepted.body) // 2])
        elif kind == "accepted_then_html":
            await failing.answer(FaultAnswer(status=200, body=HTML_PAGE, media_type=HTML_TYPE))
        else:
            failure = self._refused(f"status:{kind.removeprefix('accepted_then_')}", failing.call)
            await failing.answer(failure or FaultAnswer(status=500, body=b""))


class CuttableProtocol(H11Protocol):
    """HTTP/1.1 whose application may cut the connection: `scope["sandbox.cut"]()`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Add a function that cuts the connection to the scope of every request."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        inner = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            scope["sandbox.cut"] = transport.abort
            await cast("ASGIApp", inner)(scope, receive, send)

        self.app = with_cut


class CallerLookup:
    """The accounts by their practice tokens and by their ids in paths."""

    def __init__(self, accounts: tuple[BrandAccount, ...]) -> None:
        self._tokens = {account.credential(kind): account.id for account in reversed(accounts) for kind in TOKENS}
        self._ids = {str(account.id): account.id for account in accounts}
        self._accounts = {account.id: account for account in accounts}

    def account(self, path: str, query: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """The account's id; None where the call names none that is known."""
        if not path.startswith("/2/"):
            named = next((self._ids[part] for part in path.split("/") if part in self._ids), None)
            if named is not None:
                return named
            if path.endswith("/debug_token"):
                return self._tokens.get(parse_qs(query).get("input_token", [""])[0])
        return self._tokens.get(_token(query, headers, body))

    def known(self, identifier: int | None) -> BrandAccount | None:
        """The account with that id."""
        return self._accounts.get(identifier) if identifier is not None else None

    def named(self, name: str) -> frozenset[int]:
        """Ids of the accounts with that name, handle, brand or id; a brand has one on each network."""
        wanted = name.casefold()
        return frozenset(account.id for account in self._accounts.values() if wanted in _names(account))


def _names(account: BrandAccount) -> set[str]:
    person = account.person
    return {account.name.casefold(), person.handle.casefold(), account.brand.casefold(), str(account.id)}


def _token(query: str, headers: Mapping[str, str], body: bytes) -> str:
    header = headers.get("authorization", "")
    signed = SIGNER.search(header)
    if signed is not None:
        return unquote(signed.group(1))
    if header:
        return header.partition(" ")[2].strip()
    found = parse_qs(query).get("access_token")
    if found is None and b"access_token=" in body:
        found = parse_qs(body.decode("utf-8", errors="replace")).get("access_token")
    if found is None:
        inside = FORM_TOKEN.search(body)
        return inside.group(1).decode("utf-8", errors="replace") if inside else ""
    return found[0]


@dataclass(frozen=True, kw_only=True)
class _Accepted:
    """An answer of the application that is not sent yet."""

    status: int
    headers: list[Pair]
    body: bytes


@dataclass(kw_only=True)
class _Failing:
    """A call in progress, with the ASGI functions of its connection."""

    scope: Scope
    send: Send
    call: FaultCall
    body: bytes
    _read: bool = field(default=False)

    async def receive(self) -> Message:
        """The body, which was read already; then nothing."""
        if self._read:
            return {"type": "http.disconnect"}
        self._read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def accepted_by(self, app: ASGIApp) -> _Accepted:
        """Let the application handle the call, and keep its answer."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await app(self.scope, self.receive, keep)
        body = b"".join(message.get("body", b"") for message in messages)
        return _Accepted(status=messages[0]["status"], headers=list(messages[0].get("headers", ())), body=body)

    async def pass_on(self, accepted: _Accepted, body: bytes | None = None) -> None:
        """Send the kept answer, with another body where one is given."""
        sent = accepted.body if body is None else body
        await self._answer(accepted.status, _with_length(accepted.headers, len(sent)), sent)

    async def answer(self, answer: FaultAnswer) -> None:
        """Send another answer."""
        fields = {"content-type": answer.media_type, **answer.headers}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
        await self._answer(answer.status, _with_length(headers, len(answer.body)), answer.body)

    async def cut(self) -> None:
        """Cut the connection without an answer."""
        self.scope["sandbox.cut"]()
        await asyncio.sleep(0.01)

    async def cut_within(self, accepted: _Accepted) -> None:
        """Send the head and half of the body, then cut."""
        headers = _with_length(accepted.headers, len(accepted.body))
        await self.send({"type": "http.response.start", "status": accepted.status, "headers": headers})
        half = accepted.body[: len(accepted.body) // 2]
        await self.send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0.01)
        await self.cut()

    async def _answer(self, status: int, headers: Sequence[Pair], body: bytes) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await self.send({"type": "http.response.body", "body": body})


def _with_length(headers: Sequence[Pair], length: int) -> list[Pair]:
    others = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return [*others, (b"content-length", str(length).encode())]


def _dated(send: Send, now: float, skew: float) -> Send:
    """Send with the date of a clock that is `skew` seconds off; times in rate headers go by the same clock."""

    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            date = (b"date", formatdate(now + skew, usegmt=True).encode())
            headers = [(name, _skewed(name, value, skew)) for name, value in message.get("headers", ())]
            message = dict(message) | {"headers": [date, *headers]}
        await send(message)

    return dated


def _skewed(name: bytes, value: bytes, skew: float) -> bytes:
    return str(int(value) + int(skew)).encode() if skew and name.lower() in RESETS and value.isdigit() else value


async def _body(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(pieces)
