"""tweepy's client with our transport under it: it raises nothing, sleeps never and logs no secret."""

from __future__ import annotations

import logging
from typing import Any

import requests
import tweepy

from networks.credentials import XCredentials
from networks.rebased import rebase

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
