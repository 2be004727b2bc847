"""Answers calls of the Graph API: any path, with or without a version, that is not the X API's or the sandbox's own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.graph.answers import GraphCall, answered
from sandbox.graph.keys import Session
from sandbox.graph.reading import Reading
from sandbox.graph.refusals import GraphRefusalError
from sandbox.network import Network
from sandbox.truth import as_json

VERSION = re.compile(r"v(\d{1,2})\.(\d)")
NEWEST = "v26.0"
JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request taken apart. `path` has no version and no empty parts."""

    method: str
    version: str
    path: tuple[str, ...]
    given: Mapping[str, str]
    token: str
    proof: str
    origin: str


class GraphDoor:
    """The Graph API as an ASGI application."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is not the Graph API's is not found."""
        if scope["type"] != "http" or scope["path"].startswith(("/2/", "/_")):
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        form = await _form(request, body)
        response = await run_in_threadpool(self._answer, request, form)
        await response(scope, receive, send)

    def _answer(self, request: Request, form: Mapping[str, str]) -> Response:
        asked = _asked(request, form)
        headers = {"facebook-api-version": asked.version, "x-fb-trace-id": "sandbox"}
        network = self._network
        with network.world.lock:
            now = network.world.now()
            try:
                session = network.keys.session(asked.token, asked.proof, now)
            except GraphRefusalError as refused:
                return _response(refused.status, refused.body, headers)
            kind = _usage_kind(asked, session)
            try:
                network.usage.take(session.page.id, kind, now)
                status, body = 200, self._carry_out(request, asked, session, now)
            except GraphRefusalError as refused:
                status, body = refused.status, refused.body
            headers |= network.usage.headers(session.page.id, kind, now)
        return _response(status, body, headers)

    def _carry_out(self, request: Request, asked: Asked, session: Session, now: float) -> object:
        network = self._network
        reading = Reading(
            world=network.world, session=session, now=now, origin=f"{asked.origin}/{asked.version}", proof=asked.proof
        )
        call = GraphCall(network=network, reading=reading, method=asked.method, path=asked.path, given=asked.given)
        body = answered(call)
        if not request.scope.get("sandbox.spoiled"):
            for post in reading.served:
                network.world.serve(post)
        return body


def _asked(request: Request, form: Mapping[str, str]) -> Asked:
    given = dict(request.query_params) | dict(form)
    parts = [part for part in request.url.path.split("/") if part]
    version = parts.pop(0) if parts and VERSION.fullmatch(parts[0]) else NEWEST
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    bearer = credential.strip() if scheme.casefold() in {"bearer", "oauth"} else ""
    token, proof = given.pop("access_token", bearer), given.pop("appsecret_proof", "")
    method = given.pop("method", request.method).upper() if request.method == "POST" else request.method
    return Asked(
        method=method,
        version=version,
        path=tuple(parts),
        given=given,
        token=token,
        proof=proof,
        origin=f"{request.url.scheme}://{request.url.netloc}",
    )


async def _form(request: Request, body: bytes) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if not body:
        return {}
    if kind == "multipart/form-data":
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    if kind == "application/json":
        return _json_form(body)
    text = body.decode("utf-8", errors="replace")
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=200))


def _json_form(body: bytes) -> dict[str, str]:
    try:
        told = json.loads(body.decode("utf-8", errors="surrogatepass"))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()}


def _usage_kind(asked: Asked, session: Session) -> str:
    if asked.method == "POST" and asked.path[-1:] == ("messages",):
        return "messenger"
    return "pages" if session.account.network == "facebook" else "instagram"


def _response(status: int, body: object, headers: Mapping[str, str]) -> Response:
    return Response(as_json(body), status_code=status, headers=dict(headers), media_type=JSON_TYPE)
