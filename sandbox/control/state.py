"""The sandbox's own endpoints for clock, truth, summary, accounts and customers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.network import PracticeNetwork
from sandbox.problems import XRefusalError, invalid
from sandbox.seeds.brands import customer_of
from sandbox.world.clock import PlayedClock, iso
from sandbox.world.models import BrandAccount
from sandbox.world.truth import TruthBook, as_json

JsonObject = dict[str, object]
JSON_TYPE = "application/json; charset=utf-8"


def control_routes(network: PracticeNetwork) -> list[Route]:
    """Routes of this module."""

    async def clock(_: Request) -> Response:
        return _json(clock_state(network))

    book = TruthBook(network.world, network.acts)

    async def tell_truth(_: Request) -> Response:
        return Response(await run_in_threadpool(book.read), media_type=JSON_TYPE)

    return [
        Route("/_clock", clock, methods=["GET"]),
        control_post(network, "/_clock", move_clock),
        Route("/_truth", tell_truth, methods=["GET"]),
        _get(network, "/_summary", summary),
        _get(
            network, "/_accounts", lambda network: [account_state(account) for account in network.world.seed.accounts]
        ),
        _get(network, "/_customers", customers),
        _get(network, "/_visits", lambda network: [asdict(visit) for visit in network.crowd.visits]),
    ]


def clock_state(network: PracticeNetwork) -> JsonObject:
    """Sandbox time; `finished` once the last post has come."""
    world = network.world
    return {
        "now": iso(world.clock.now()),
        "rate": world.clock.rate(),
        "finished": world.clock.now() >= world.seed.posts[-1].at,
        "posts_left": world.posts_left,
        "reactions_left": network.crowd.left,
    }


def move_clock(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """Move a stepped clock on, or start one that waits.

    Reactions and webhooks that fall due are carried out before it answers.
    """
    clock = network.world.clock
    if isinstance(clock, PlayedClock) and given.get("start") is True:
        clock.start()
        return clock_state(network)
    if network.stepper is None:
        raise invalid("Time runs by itself here; start the sandbox stepped to move it.")
    seconds = given.get("advance_seconds")
    if given.get("advance") == "step":
        network.stepper.step()
    elif isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e10:
        network.stepper.advance(float(seconds))
    else:
        raise invalid('Say {"advance": "step"} or {"advance_seconds": seconds}, seconds from 0.')
    network.webhooks.deliver()
    return clock_state(network)


def summary(network: PracticeNetwork) -> JsonObject:
    """Counts of posts in the file, of visible and of served ones."""
    world, crowd = network.world, network.crowd
    with world.lock:
        world.now()
        posts = world.seed.posts
        inbound = sum(post.inbound for post in posts)
        return {
            "rows": len(posts),
            "inbound": inbound,
            "outbound": len(posts) - inbound,
            "skipped": world.seed.skipped,
            "skipped_lines": [asdict(line) for line in world.seed.skipped_lines],
            "visible_inbound": world.visible_inbound,
            "served_inbound": world.served_inbound,
            "rooms_visited": sum(visit.ok for visit in crowd.visits),
            "messages_from_people": crowd.messages_sent,
        }


def account_state(account: BrandAccount) -> JsonObject:
    """An account with its practice credentials."""
    return {
        "brand": account.brand,
        "name": account.name,
        "network": account.network,
        "external_id": str(account.id),
        "handle": account.person.handle,
        "display_name": account.person.name,
        "market": account.market,
        "sector": account.sector,
        "languages": list(account.languages),
        "domains": list(account.domains),
        **(_x_credentials(account) if account.network == "x" else _meta_credentials(account)),
    }


def customers(network: PracticeNetwork) -> list[dict[str, str]]:
    """The customer records of the brands: one for everybody who is no brand."""
    seed = network.world.seed
    return [customer_of(person, seed.accounts[0]) for person in seed.people if person.id not in network.world.accounts]


def _x_credentials(account: BrandAccount) -> JsonObject:
    kinds = ("bearer-token", "api-key", "api-secret", "access-token", "access-token-secret", "user-token")
    return {kind.replace("-", "_"): account.credential(kind) for kind in kinds}


def _meta_credentials(account: BrandAccount) -> JsonObject:
    return {
        "page_id": str(account.page_id),
        "page_token": account.credential("page-token"),
        "app_secret": account.credential("app-secret"),
    }


def _get(network: PracticeNetwork, path: str, read: Callable[[PracticeNetwork], object]) -> Route:
    async def handle(_: Request) -> Response:
        return _json(await run_in_threadpool(read, network))

    return Route(path, handle, methods=["GET"])


def control_post(network: PracticeNetwork, path: str, act: Callable[[PracticeNetwork, JsonObject], object]) -> Route:
    """A route that passes a JSON object to `act` and answers with its result or refusal."""

    async def handle(request: Request) -> Response:
        body = await request.body()
        try:
            given = json.loads(body.decode("utf-8", errors="surrogatepass") or "{}")
            if not isinstance(given, dict):
                raise invalid("Send one JSON object.")
            return _json(await run_in_threadpool(act, network, given))
        except ValueError:
            return _json(invalid("The body is not JSON.").body, 400)
        except XRefusalError as problem:
            return _json(problem.body, problem.status)

    return Route(path, handle, methods=["POST"])


def _json(document: object, status: int = 200) -> Response:
    return Response(as_json(document), status_code=status, media_type=JSON_TYPE)
