"""The practice network's Graph API, called over plain HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.options import SandboxOptions
from sandbox.server import running

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class GraphAccount:
    """The Graph API as one account calls it."""

    http: httpx.Client
    account: Mapping[str, str]

    @property
    def key(self) -> dict[str, str]:
        token, secret = self.account["page_token"], self.account["app_secret"]
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        return {"access_token": token, "appsecret_proof": proof}

    @property
    def id(self) -> str:
        return self.account["external_id"]

    def get(self, path: str, **query: object) -> Any:
        return _accepted(self.http.get(path, params=_told(query) | self.key))

    def post(self, path: str, **form: object) -> Any:
        return _accepted(self.http.post(path, data=_told(form) | self.key))

    def delete(self, path: str) -> Any:
        return _accepted(self.http.delete(path, params=self.key))

    def refused(self, method: str, path: str, **told: object) -> tuple[int, int, int | None]:
        """Status, code and subcode of a refusal."""
        given = _told(told) | self.key
        body, query = (given, None) if method == "POST" else (None, given)
        answer = self.http.request(method, path, data=body, params=query)
        error = answer.json()["error"]
        return answer.status_code, error["code"], error.get("error_subcode")

    def message(self, text: str, **recipient: str) -> dict[str, object]:
        return {"recipient": json.dumps(recipient), "message": json.dumps({"text": text})}


@dataclass(frozen=True, kw_only=True)
class MetaSandbox:
    """A running sandbox with its control endpoints and those of Meta's networks that its rows name."""

    http: httpx.Client
    facebook: GraphAccount
    instagram: GraphAccount

    def move(self, seconds: float) -> None:
        self.tell("/_clock", advance_seconds=seconds)

    def tell(self, path: str, /, **told: object) -> Any:
        return _accepted(self.http.post(path, content=json.dumps(told)))

    def truth(self) -> Any:
        return _accepted(self.http.get("/_truth"))

    def ids(self) -> dict[str, str]:
        """The network's id of every visible source id."""
        return {post["source_id"]: post["id"] for post in self.truth()["posts"]}


@contextmanager
def open_meta_sandbox(rows: Sequence[Mapping[str, object]] | None, **options: Any) -> Iterator[MetaSandbox]:
    """A stepped sandbox over the rows, at the moment of the last one; None: over the shipped cast."""
    told: dict[str, Any] = {"stepped": True, "ends_at": ENDS_AT} | options
    with (
        running(SandboxOptions(**told), rows) as url,
        httpx.Client(base_url=url, timeout=30, trust_env=False, verify=PLAIN) as http,
    ):
        accounts = {account["name"]: account for account in http.get("/_accounts").json()}
        brand = next(iter(accounts)).removesuffix("-x")
        while http.post("/_clock", content='{"advance": "step"}').json()["posts_left"]:
            pass
        yield MetaSandbox(
            http=http,
            facebook=GraphAccount(http=http, account=accounts.get(f"{brand}-facebook", {})),
            instagram=GraphAccount(http=http, account=accounts.get(f"{brand}-instagram", {})),
        )


def facebook_row(identifier: str, text: str, minute: float, **more: object) -> dict[str, object]:
    return _row("facebook", identifier, text, minute, more)


def instagram_row(identifier: str, text: str, minute: float, **more: object) -> dict[str, object]:
    return _row("instagram", identifier, text, minute, more)


def _row(network: str, identifier: str, text: str, minute: float, more: Mapping[str, object]) -> dict[str, object]:
    at = datetime.fromtimestamp(1_772_800_000 + minute * 60, UTC).isoformat()
    return {"id": identifier, "text": text, "network": network, "created_at": at, **more}


def _told(told: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in told.items()}


def _accepted(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()
