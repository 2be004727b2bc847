"""The sandbox's own endpoints for what goes wrong: failures on demand and carried out, and webhooks."""

from __future__ import annotations

from dataclasses import asdict
from math import isinf

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import iso
from sandbox.control import Told, control_post
from sandbox.fault_kinds import CALM
from sandbox.faults import CarriedOut, Spell
from sandbox.network import Network
from sandbox.nouns import BrandAccount
from sandbox.problems import invalid
from sandbox.truth import as_json

JSON_TYPE = "application/json; charset=utf-8"
FORGERIES = ("secret", "missing")
NOBODY = "not-the-secret"


def fault_routes(network: Network) -> list[Route]:
    """Routes of this module."""

    async def faults(_: Request) -> Response:
        return Response(as_json(await run_in_threadpool(fault_state, network)), media_type=JSON_TYPE)

    async def webhooks(_: Request) -> Response:
        return Response(as_json(await run_in_threadpool(webhook_state, network)), media_type=JSON_TYPE)

    return [
        Route("/_faults", faults, methods=["GET"]),
        control_post(network, "/_faults", order_fault),
        Route("/_webhooks", webhooks, methods=["GET"]),
        control_post(network, "/_webhooks", tell_webhooks),
    ]


def order_fault(network: Network, told: Told) -> Told:
    """Order a failure; `restore` ends what stands, `calm` everything that a seed had planned."""
    fault = network.faults.order(told, network.callers.named)
    if fault.kind == CALM:
        network.second_thoughts.forget()
        network.webhooks.steady()
    return asdict(fault) | {"accounts": _ids(fault.accounts)}


def fault_state(network: Network) -> Told:
    """What was carried out, and what stands now."""
    with network.world.lock:
        now = network.world.now()
    return {
        "carried_out": [_carried_out(each) for each in network.faults.carried_out()],
        "standing": [_spell(each) for each in network.faults.standing(now)],
    }


def tell_webhooks(network: Network, told: Told) -> Told:
    """Subscribe an address of an account, or have its deliveries made now, repeated or forged."""
    if told.get("deliver"):
        return {"delivered": network.webhooks.deliver()}
    account = _account(network, told)
    if isinstance(told.get("url"), str):
        token = told.get("verify_token")
        network.webhooks.subscribe(
            account, str(told["url"]), str(token) if token is not None else account.credential("verify-token")
        )
        return {"subscribed": True}
    if told.get("unsubscribe"):
        network.webhooks.unsubscribe(account)
        return {"subscribed": False}
    if isinstance(told.get("repeat"), int):
        return {"statuses": network.webhooks.repeat(account, int(str(told["repeat"])))}
    if told.get("forge") in FORGERIES:
        secret = NOBODY if told["forge"] == "secret" else None
        return {"status": network.webhooks.forge(account, as_json(told.get("body", {})), secret)}
    raise invalid(
        'Say {"account", "url"} to subscribe, or "unsubscribe": true, "deliver": true, "repeat": COUNT, or "forge":'
        f' {" or ".join(FORGERIES)} with a "body".'
    )


def webhook_state(network: Network) -> list[Told]:
    """Every delivery that was tried."""
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


def _account(network: Network, told: Told) -> BrandAccount:
    accounts = network.world.seed.accounts
    found = network.callers.named(str(told.get("account", accounts[0].name)))
    account = next((each for each in accounts if each.id in found), None)
    if account is None:
        raise invalid(f"account must be a name, handle, brand or id from /_accounts; got {told.get('account')!r}")
    return account


def _carried_out(each: CarriedOut) -> Told:
    return asdict(each) | {
        "at": _moment(each.at),
        "until": _moment(each.until),
        "account": str(each.account) if each.account is not None else None,
    }


def _spell(spell: Spell) -> Told:
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
