"""Handles a call of X's API: authentication, rate limit, then the endpoint under the world's lock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.network import PracticeNetwork
from sandbox.problems import XRefusalError, invalid
from sandbox.world.models import Post
from sandbox.world.truth import as_json
from sandbox.x_api.credentials import Caller, SignedCall
from sandbox.x_api.rate_limits import LimitReachedError

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """An authenticated call within limits. `body` is the decoded JSON object, empty for reads."""

    network: PracticeNetwork
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, object] = field(default_factory=dict)
    now: float


@dataclass(frozen=True, kw_only=True)
class ApiAnswer:
    """The answer of an endpoint; `served` are the posts in its `data`."""

    body: dict[str, object]
    status: int = 200
    served: tuple[Post, ...] = ()


Endpoint = Callable[[ApiCall], ApiAnswer]


def api_route(
    network: PracticeNetwork, path: str, endpoint: Endpoint, *, book: str, method: str = "GET", user_only: bool = False
) -> Route:
    """A route of the API; `book` names its rate limit."""

    async def handle(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(answer, request, body)

    def answer(request: Request, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            caller = network.authenticator.caller(_call(request), user_only=user_only)
            with network.world.lock:
                now = network.world.now()
                headers = network.rate_limits.take(book, caller, now)
                call = ApiCall(
                    network=network,
                    caller=caller,
                    path=request.path_params,
                    query=dict(request.query_params),
                    body=_json_object(body) if method in {"POST", "PUT"} else {},
                    now=now,
                )
                answered = endpoint(call)
                if not request.scope.get("sandbox.spoiled"):
                    for post in answered.served:
                        network.world.serve(post)
        except LimitReachedError as reached:
            return _response(reached.problem.status, reached.problem.body, reached.headers)
        except XRefusalError as problem:
            return _response(problem.status, problem.body, headers)
        return _response(answered.status, answered.body, headers)

    return Route(path, handle, methods=[method])


def _response(status: int, body: dict[str, object], headers: dict[str, str]) -> Response:
    return Response(as_json(body), status_code=status, headers=headers, media_type=JSON_TYPE)


def _call(request: Request) -> SignedCall:
    raw_path = request.scope["raw_path"].decode("latin-1")
    raw_query = request.scope["query_string"].decode("latin-1")
    target = f"{raw_path}?{raw_query}" if raw_query else raw_path
    return SignedCall(method=request.method, path_and_query=target, headers=request.headers)


def _json_object(body: bytes) -> dict[str, object]:
    try:
        decoded = json.loads(body.decode("utf-8", errors="surrogatepass") or "{}")
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON.") from None
    if not isinstance(decoded, dict):
        raise invalid("The request body is not a JSON object.")
    return decoded
