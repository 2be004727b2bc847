"""A practice network over real HTTP, and tweepy pointed at it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from sandbox.options import SandboxOptions
from sandbox.server import running

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares every client the loading of certificates; all is plain HTTP here."""
ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)


class Rebased(HTTPAdapter):
    """Sends what is meant for api.twitter.com to the sandbox, without touching the signature."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base = urlsplit(base_url)

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(request.url or "")
        request.url = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return super().send(request, **(more | {"timeout": more.get("timeout") or 5, "proxies": {}}))


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A running sandbox, seen from its control endpoints and through tweepy."""

    url: str
    http: httpx.Client
    x: tweepy.Client
    raw: tweepy.Client
    """As `x`, but gives the HTTP response."""

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, /, **told: object) -> Any:
        answer = self.http.post(path, content=json.dumps(told))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def step_to_the_end(self) -> None:
        while self.post("/_clock", advance="step")["posts_left"]:
            pass

    def truth(self) -> Any:
        return self.get("/_truth")

    def ids(self) -> dict[str, str]:
        """The network's id of every visible source id."""
        return {post["source_id"]: post["id"] for post in self.truth()["posts"]}


Row = dict[str, object]
Opened = Callable[..., Practice]


@pytest.fixture
def posts_file(tmp_path: Path) -> Callable[[list[Row]], Path]:
    def write(rows: list[Row]) -> Path:
        path = tmp_path / "posts.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def opened(posts_file: Callable[[list[Row]], Path]) -> Iterator[Opened]:
    """Opens a stepped sandbox over the rows given; other options by name."""
    with ExitStack() as stack:

        def open_sandbox(rows: list[Row], **options: Any) -> Practice:
            told: dict[str, Any] = {"posts": posts_file(rows), "stepped": True, "ends_at": ENDS_AT} | options
            url = stack.enter_context(running(SandboxOptions(**told)))
            http = stack.enter_context(httpx.Client(base_url=url, timeout=30, trust_env=False, verify=PLAIN))
            account = http.get("/_accounts").json()[0]
            x, raw = _client(stack, account, url), _client(stack, account, url, return_type=requests.Response)
            return Practice(url=url, http=http, x=x, raw=raw)

        yield open_sandbox


def _client(stack: ExitStack, account: dict[str, str], url: str, **more: Any) -> tweepy.Client:
    client = tweepy.Client(
        bearer_token=account["bearer_token"],
        consumer_key=account["api_key"],
        consumer_secret=account["api_secret"],
        access_token=account["access_token"],
        access_token_secret=account["access_token_secret"],
        **more,
    )
    client.session.mount("https://", Rebased(url))
    stack.callback(client.session.close)
    return client
