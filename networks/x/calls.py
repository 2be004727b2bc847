"""Makes one call to X and says plainly how it ended: its JSON, or one of the named errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import requests

from networks.json_values import JsonObject, read_object
from networks.protocol import Budget
from networks.transport_failures import unanswered, unreadable
from networks.x.limits import budget_of
from networks.x.refusals import refusal


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What X said to a call that it carried out."""

    body: JsonObject
    budget: Budget | None


def call(ask: Callable[[], requests.Response], *, endpoint: str, writes: bool, secrets: Sequence[str]) -> Answer:
    """Carry out one call. Raises NetworkError; for a call that `writes`, no answer is Uncertain."""
    try:
        response = ask()
    except requests.RequestException as error:
        # The library's error holds the request, and with it the credentials: it does not travel on.
        raise unanswered(error, network="X", endpoint=endpoint, writes=writes, secrets=secrets) from None
    body = read_object(response.content)
    if response.status_code in {200, 201}:
        if body is None:
            raise unreadable(network="X", endpoint=endpoint, writes=writes)
        return Answer(body=body, budget=budget_of(response.headers, endpoint))
    raise refusal(response, body or {}, endpoint=endpoint, writes=writes, secrets=secrets)
