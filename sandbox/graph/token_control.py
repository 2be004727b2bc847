"""The sandbox's own endpoint for tokens: when one expires, and which permissions were not granted."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.control import Told, control_post
from sandbox.graph.keys import SCOPES
from sandbox.network import Network
from sandbox.nouns import BrandAccount
from sandbox.problems import invalid


def token_routes(network: Network) -> list[Route]:
    """Routes of this module."""
    return [control_post(network, "/_token", change_token)]


def change_token(network: Network, told: Told) -> Told:
    """Let an account's token expire in so many seconds (null: never), or take scopes from it."""
    account = _account(network, told)
    seconds, missing = told.get("expires_in"), told.get("missing", [])
    known = SCOPES[account.network]
    if not isinstance(missing, list) or not set(missing) <= set(known):
        raise invalid(f"missing must be a list of scopes from {', '.join(known)}.")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise invalid("expires_in must be a number of seconds, or null for a token that does not expire.")
    with network.world.lock:
        state = network.keys.state(account)
        state.expires_at = None if seconds is None else network.world.now() + seconds
        state.missing = frozenset(missing)
    return {"account": account.name, "expires_at": state.expires_at, "missing": sorted(state.missing)}


def _account(network: Network, told: Told) -> BrandAccount:
    name = str(told.get("account", "")).casefold()
    for account in network.world.seed.accounts:
        if account.network != "x" and account.name.casefold() == name:
            return account
    raise invalid("account must be the name of an account on Meta's networks, from /_accounts.")
