"""Answers calls of the Graph API: reads nodes and edges, writes comments, messages and hides."""

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

from sandbox.graph import writes
from sandbox.graph.edges import EdgeRequest
from sandbox.graph.nodes import find_node, render_edge, render_node
from sandbox.graph.refusals import GraphRefusalError, invalid, no_such_object, no_such_objects, refusal
from sandbox.graph.selection import Json, ReadCall, selection
from sandbox.graph.tokens import GraphSession
from sandbox.network import PracticeNetwork
from sandbox.world.models import Post
from sandbox.world.truth import as_json

MOST_IDS = 50
TOKEN_DAYS = 90
FLAGS = {"true": True, "1": True, "false": False, "0": False}
NOT_ARGUMENTS = frozenset(["fields", "format", "pretty", "suppress_http_code", "locale"])
VERSION = re.compile(r"v(\d{1,2})\.(\d)")
NEWEST = "v26.0"
JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class GraphRequest:
    """A parsed request. `path` has no version and no empty parts."""

    method: str
    version: str
    path: tuple[str, ...]
    given: Mapping[str, str]
    token: str
    proof: str
    origin: str


class GraphEndpoint:
    """The Graph API as an ASGI application."""

    def __init__(self, network: PracticeNetwork) -> None:
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
                session = network.tokens.session(asked.token, asked.proof, now)
            except GraphRefusalError as refused:
                return _response(refused.status, refused.body, headers)
            kind = _usage_kind(asked, session)
            try:
                network.graph_usage.take(session.page.id, kind, now)
                status, body = 200, self._carry_out(request, asked, session, now)
            except GraphRefusalError as refused:
                status, body = refused.status, refused.body
            headers |= network.graph_usage.headers(session.page.id, kind, now)
        return _response(status, body, headers)

    def _carry_out(self, request: Request, asked: GraphRequest, session: GraphSession, now: float) -> object:
        network = self._network
        reading = ReadCall(
            world=network.world, session=session, now=now, origin=f"{asked.origin}/{asked.version}", proof=asked.proof
        )
        call = GraphCall(network=network, reading=reading, method=asked.method, path=asked.path, given=asked.given)
        body = answered(call)
        if not request.scope.get("sandbox.spoiled"):
            for post in reading.served:
                network.world.serve(post)
        return body


def _asked(request: Request, form: Mapping[str, str]) -> GraphRequest:
    given = dict(request.query_params) | dict(form)
    parts = [part for part in request.url.path.split("/") if part]
    version = parts.pop(0) if parts and VERSION.fullmatch(parts[0]) else NEWEST
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    bearer = credential.strip() if scheme.casefold() in {"bearer", "oauth"} else ""
    token, proof = given.pop("access_token", bearer), given.pop("appsecret_proof", "")
    method = given.pop("method", request.method).upper() if request.method == "POST" else request.method
    return GraphRequest(
        method=method,
        version=version,
        path=tuple(parts),
        given=given,
        token=token,
        proof=proof,
        origin=f"{request.url.scheme}://{request.url.netloc}",
    )


def _json_form(body: bytes) -> dict[str, str]:
    try:
        decoded = json.loads(body.decode("utf-8", errors="surrogatepass"))
    except (ValueError, RecursionError):
        decoded = None
    if not isinstance(decoded, dict):
        return {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in decoded.items()}


def _usage_kind(asked: GraphRequest, session: GraphSession) -> str:
    if asked.method == "POST" and asked.path[-1:] == ("messages",):
        return "messenger"
    return "pages" if session.account.network == "facebook" else "instagram"


def _response(status: int, body: object, headers: Mapping[str, str]) -> Response:
    return Response(as_json(body), status_code=status, headers=dict(headers), media_type=JSON_TYPE)


@dataclass(frozen=True, kw_only=True)
class GraphCall:
    """An authenticated call. `given` are the parameters of address and body, without token and proof."""

    network: PracticeNetwork
    reading: ReadCall
    method: str
    path: tuple[str, ...]
    given: Mapping[str, str]


def answered(call: GraphCall) -> object:
    """Carry out a call; GraphRefusalError as Meta refuses."""
    if call.path == ("debug_token",) and call.method == "GET":
        return _debugged(call)
    if call.reading.session.app:
        raise refusal(10, "(#10) An app's own token may not do this; use the Page's token.")
    if call.method == "GET":
        return _read(call)
    if call.method == "DELETE" and len(call.path) == 1:
        return _delete(call)
    if call.method == "POST" and call.path:
        return _write(call)
    raise no_such_object(call.path[0] if call.path else "", call.method.casefold())


def _read(call: GraphCall) -> object:
    fields = selection(call.given.get("fields", ""))
    match call.path:
        case () if "ids" in call.given:
            return _several(call)
        case (identifier,):
            return render_node(call.reading, identifier, fields)
        case (identifier, name):
            arguments = {key: value for key, value in call.given.items() if key not in NOT_ARGUMENTS}
            if "fields" in call.given:
                arguments["fields"] = call.given["fields"]
            return render_edge(
                call.reading, EdgeRequest(owner=identifier, name=name, arguments=arguments, fields=fields)
            )
    raise refusal(2500, "Unknown path components: /" + "/".join(call.path)[:80])


def _several(call: GraphCall) -> dict[str, Json]:
    fields = selection(call.given.get("fields", ""))
    asked = [identifier.strip() for identifier in call.given["ids"].split(",") if identifier.strip()]
    if not 0 < len(asked) <= MOST_IDS:
        raise invalid(f"Param ids must have from 1 to {MOST_IDS} ids")
    missing = [identifier for identifier in asked if find_node(call.reading, identifier) is None]
    if missing:
        raise no_such_objects(missing)
    return {identifier: render_node(call.reading, identifier, fields) for identifier in asked}


def _delete(call: GraphCall) -> Json:
    session, network = call.reading.session, call.network
    writes.delete(network.world, network.acts, session, _post(call, call.path[0], "delete"))
    return {"success": True}


def _write(call: GraphCall) -> Json:
    match call.path:
        case (identifier,):
            return _hide(call, _post(call, identifier, "post"))
        case (_, "messages"):
            return _message(call)
        case (_, "mentions"):
            return _answer_mention(call)
        case (identifier, "comments" | "replies" as edge):
            post = _post(call, identifier, "post")
            if post.network == "instagram" and (edge == "comments") != (post.kind in {"post", "ad", "tag"}):
                raise no_such_object(identifier, "post")
            return _comment(call, post)
    raise no_such_object(call.path[0], "post")


def _hide(call: GraphCall, post: Post) -> Json:
    decoded = call.given.get("is_hidden" if post.network == "facebook" else "hide", "")
    hidden = FLAGS.get(decoded.casefold())
    if hidden is None:
        raise invalid("is_hidden or hide must be true or false")
    network = call.network
    writes.hide(network.world, network.acts, call.reading.session, post, hidden=hidden)
    return {"success": True}


def _comment(call: GraphCall, target: Post) -> Json:
    network, text = call.network, call.given.get("message", "")
    post = writes.comment(network.world, network.acts, call.reading.session, target, text)
    network.crowd.on_reply(post, text)
    fields = selection(call.given.get("fields", ""))
    return render_node(call.reading, post.wire_id, fields) if fields else {"id": post.wire_id}


def _answer_mention(call: GraphCall) -> Json:
    identifier = call.given.get("comment_id") or call.given.get("media_id", "")
    target = _post(call, identifier, "post")
    if target.network != "instagram" or target.kind not in {"mention", "tag"}:
        raise no_such_object(identifier, "post")
    return _comment(call, target)


def _message(call: GraphCall) -> Json:
    network, session = call.network, call.reading.session
    owners = {"me", str(session.page.id)} | {str(account.id) for account in session.page.accounts}
    if call.path[0] not in owners:
        raise no_such_object(call.path[0], "post")
    message = writes.send(network.world, network.acts, session, writes.message_of(call.given))
    network.crowd.on_message(message)
    return {"recipient_id": str(message.person.id), "message_id": message.wire_id}


def _debugged(call: GraphCall) -> Json:
    """Meta's description of a token; a Page's own token does not expire, the permission to read data does."""
    tokens, now = call.network.tokens, call.reading.now
    account = tokens.account(call.given.get("input_token", ""))
    if account is None:
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    state = tokens.state(account)
    session = call.reading.session
    granted = [scope for scope in session.scopes if scope not in state.missing]
    expires = int(state.expires_at or 0)
    data: Json = {
        "app_id": "104500000000000",
        "application": "Practice",
        "type": "PAGE",
        "profile_id": str(account.page_id),
        "is_valid": not 0 < expires <= now,
        "expires_at": expires,
        "data_access_expires_at": int(now) + TOKEN_DAYS * 86_400,
        "issued_at": int(now) - 86_400,
        "scopes": granted,
    }
    if not data["is_valid"]:
        data["error"] = {"code": 190, "message": "Error validating access token: Session has expired.", "subcode": 463}
    return {"data": data}


def _post(call: GraphCall, identifier: str, verb: str) -> Post:
    node = find_node(call.reading, identifier)
    if not isinstance(node, Post):
        raise no_such_object(identifier, verb)
    return node


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
