"""The sandbox's own endpoints for failures, tokens and webhooks."""

from __future__ import annotations

from dataclasses import asdict
from math import isinf

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control.state import JsonObject, control_post
from sandbox.faults.plan import CarriedOut, Spell
from sandbox.faults.schedule import CALM
from sandbox.graph.tokens import SCOPES
from sandbox.network import PracticeNetwork
from sandbox.problems import invalid
from sandbox.world.clock import iso
from sandbox.world.models import BrandAccount
from sandbox.world.truth import as_json

JSON_TYPE = "application/json; charset=utf-8"
FORGERIES = ("secret", "missing")
NOBODY = "not-the-secret"


def fault_routes(network: PracticeNetwork) -> list[Route]:
    """Routes of this module."""

    async def faults(_: Request) -> Response:
        return Response(as_json(await run_in_threadpool(fault_state, network)), media_type=JSON_TYPE)

    async def webhooks(_: Request) -> Response:
        return Response(as_json(await run_in_threadpool(webhook_state, network)), media_type=JSON_TYPE)

    return [
        Route("/_faults", faults, methods=["GET"]),
        control_post(network, "/_faults", order_fault),
        Route("/_webhooks", webhooks, methods=["GET"]),
        control_post(network, "/_webhooks", order_webhooks),
    ]


def token_routes(network: PracticeNetwork) -> list[Route]:
    """Routes of this module."""
    return [control_post(network, "/_token", change_token)]


def order_fault(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """Order a failure; `restore` ends all spells, `calm` the seed's schedule too."""
    fault = network.faults.order(given, network.callers.named)
    if fault.kind == CALM:
        network.later_changes.forget()
        network.webhooks.steady()
    return asdict(fault) | {"accounts": _ids(fault.accounts)}


def fault_state(network: PracticeNetwork) -> JsonObject:
    """Failures that were carried out, and the spells that last now."""
    with network.world.lock:
        now = network.world.now()
    return {
        "carried_out": [_carried_out(each) for each in network.faults.carried_out()],
        "standing": [_spell(each) for each in network.faults.standing(now)],
    }


def order_webhooks(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """Subscribe an address of an account, or have its deliveries made now, repeated or forged."""
    if given.get("deliver"):
        return {"delivered": network.webhooks.deliver()}
    account = _account(network, given)
    if isinstance(given.get("url"), str):
        token = given.get("verify_token")
        network.webhooks.subscribe(
            account, str(given["url"]), str(token) if token is not None else account.credential("verify-token")
        )
        return {"subscribed": True}
    if given.get("unsubscribe"):
        network.webhooks.unsubscribe(account)
        return {"subscribed": False}
    if isinstance(given.get("repeat"), int):
        return {"statuses": network.webhooks.repeat(account, int(str(given["repeat"])))}
    if given.get("forge") in FORGERIES:
        secret = NOBODY if given["forge"] == "secret" else None
        return {"status": network.webhooks.forge(account, as_json(given.get("body", {})), secret)}
    raise invalid(
        'Say {"account", "url"} to subscribe, or "unsubscribe": true, "deliver": true, "repeat": COUNT, or "forge":'
        f' {" or ".join(FORGERIES)} with a "body".'
    )


def webhook_state(network: PracticeNetwork) -> list[JsonObject]:
    """Every attempted delivery."""
    return [
        {
            "account": delivery.subscription.account.name,
            "url": delivery.subscription.url,
            "attempts": delivery.attempts,
            "status": delivery.status,
            "body": delivery.body.decode("utf-8"),
        }
        for delivery in network.webhooks.sent()
    ]


def change_token(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """Let an account's token expire in so many seconds (null: never), or take scopes from it."""
    account = _meta_account(network, given)
    seconds, missing = given.get("expires_in"), given.get("missing", [])
    known = SCOPES[account.network]
    if not isinstance(missing, list) or not set(missing) <= set(known):
        raise invalid(f"missing must be a list of scopes from {', '.join(known)}.")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise invalid("expires_in must be a number of seconds, or null for a token that does not expire.")
    with network.world.lock:
        state = network.tokens.state(account)
        state.expires_at = None if seconds is None else network.world.now() + seconds
        state.missing = frozenset(missing)
    return {"account": account.name, "expires_at": state.expires_at, "missing": sorted(state.missing)}


def _account(network: PracticeNetwork, given: JsonObject) -> BrandAccount:
    accounts = network.world.seed.accounts
    found = network.callers.named(str(given.get("account", accounts[0].name)))
    account = next((each for each in accounts if each.id in found), None)
    if account is None:
        raise invalid(f"account must be a name, handle, brand or id from /_accounts; got {given.get('account')!r}")
    return account


def _carried_out(each: CarriedOut) -> JsonObject:
    return asdict(each) | {
        "at": _moment(each.at),
        "until": _moment(each.until),
        "account": str(each.account) if each.account is not None else None,
    }


def _spell(spell: Spell) -> JsonObject:
    return {
        "kind": spell.kind,
        "accounts": _ids(spell.accounts),
        "endpoint": spell.endpoint,
        "until": _moment(spell.until),
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None or isinf(seconds) else iso(seconds)


def _ids(accounts: frozenset[int] | None) -> list[str] | None:
    return None if accounts is None else [str(each) for each in sorted(accounts)]


def _meta_account(network: PracticeNetwork, given: JsonObject) -> BrandAccount:
    name = str(given.get("account", "")).casefold()
    for account in network.world.seed.accounts:
        if account.network != "x" and account.name.casefold() == name:
            return account
    raise invalid("account must be the name of an account on Meta's networks, from /_accounts.")
