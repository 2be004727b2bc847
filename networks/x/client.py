"""Calls X through tweepy's client, over our transport: a call returns JSON or raises a named error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
import tweepy

from networks.credentials import XCredentials
from networks.protocol import Budget
from networks.transport import rebase, unanswered, unreadable
from networks.values import JsonObject, read_object
from networks.x.responses import budget_of, refusal

_HOST = "https://api.twitter.com"
# At DEBUG these write headers, signatures and whole answers.
_TALKATIVE = ("tweepy", "oauthlib", "requests_oauthlib")


class XClient(tweepy.Client):  # type: ignore[misc]  # tweepy is untyped
    """Knows X's routes and parameters, and returns every answer as a plain response."""

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,
        user_auth: bool = False,  # noqa: FBT001, FBT002
    ) -> requests.Response:
        headers = {"User-Agent": self.user_agent}
        auth = None
        if user_auth:
            auth = tweepy.OAuth1UserHandler(
                self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
            ).apply_auth()
        else:
            headers["Authorization"] = f"Bearer {self.bearer_token}"
        answer: requests.Response = self.session.request(
            method, _HOST + route, params=params, json=json, headers=headers, auth=auth, allow_redirects=False
        )
        return answer


def open_client(credentials: XCredentials, *, base_url: str, timeout_seconds: float) -> XClient:
    """A client that dials `base_url`. Raises ValueError where that is not an http or https address."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    client = XClient(
        bearer_token=credentials.bearer_token,
        consumer_key=credentials.api_key,
        consumer_secret=credentials.api_secret,
        access_token=credentials.access_token,
        access_token_secret=credentials.access_token_secret,
        return_type=requests.Response,
        wait_on_rate_limit=False,
    )
    rebase(client.session, base_url, timeout_seconds=timeout_seconds)
    return client


@dataclass(frozen=True, kw_only=True)
class XResponse:
    """What X said to a call that it carried out."""

    body: JsonObject
    budget: Budget | None


def call(ask: Callable[[], requests.Response], *, endpoint: str, writes: bool, secrets: Sequence[str]) -> XResponse:
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
        return XResponse(body=body, budget=budget_of(response.headers, endpoint))
    raise refusal(response, body or {}, endpoint=endpoint, writes=writes, secrets=secrets)


ApiCall = Callable[[], requests.Response]


@dataclass(frozen=True, kw_only=True)
class XConnection:
    """Carries out calls; all failures are NetworkError."""

    client: XClient
    secrets: tuple[str, ...] = field(repr=False)

    def get(self, path: str, ask: ApiCall) -> XResponse:
        """Carry out a call that only reads."""
        return call(ask, endpoint=f"GET {path}", writes=False, secrets=self.secrets)

    def write(self, endpoint: str, ask: ApiCall) -> XResponse:
        """Carry out a call that changes something: where it has no answer it is Uncertain."""
        return call(ask, endpoint=endpoint, writes=True, secrets=self.secrets)
