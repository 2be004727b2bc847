"""Calls the Graph API through facebook-sdk, over our transport: a call returns JSON or raises a named error."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from networks.credentials import MetaCredentials
from networks.errors import Invalid, TokenRefused
from networks.meta.graph.responses import Clock, budget_of, refusal
from networks.protocol import Budget
from networks.transport import rebase, unanswered, unreadable
from networks.values import JsonObject, mapping, read_object

with warnings.catch_warnings():
    # The library's source holds an escape that Python warns of when it is first compiled.
    warnings.simplefilter("ignore")
    import facebook

VERSION = "v25.0"
"""Of the Graph API; valid to July 2028."""

# At DEBUG it writes whole addresses.
_TALKATIVE = ("urllib3",)


class GraphClient(facebook.GraphAPI):  # type: ignore[misc]  # facebook-sdk is untyped
    """Knows the Graph API's routes, and returns every answer as a plain response."""

    def request(
        self,
        path: str,
        args: Any = None,
        post_args: Any = None,
        files: Any = None,  # noqa: ARG002 - we send none
        method: str | None = None,
    ) -> requests.Response:
        answer: requests.Response = self.session.request(
            method or ("GET" if post_args is None else "POST"),
            facebook.FACEBOOK_GRAPH_URL + path,
            params=args,
            data=post_args,
            # In the address, where the library puts it, logs and errors would show it.
            headers={"Authorization": f"Bearer {self.access_token}"},
            allow_redirects=False,
        )
        return answer


def open_client(credentials: MetaCredentials, *, base_url: str, timeout_seconds: float) -> GraphClient:
    """A client that dials `base_url`. Raises ValueError where that is not an http or https address."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    session = requests.Session()
    rebase(session, base_url, timeout_seconds=timeout_seconds)
    proof = app_secret_proof(credentials)
    if proof:
        session.params = {"appsecret_proof": proof}
    client = GraphClient(access_token=credentials.page_token, session=session)
    # The library refuses every version since 3.1 in its constructor.
    client.version = VERSION
    return client


def app_secret_proof(credentials: MetaCredentials) -> str:
    """Hex HMAC-SHA256 of the token under the app's secret; empty where there is no secret."""
    if not credentials.app_secret:
        return ""
    return hmac.new(credentials.app_secret.encode(), credentials.page_token.encode(), hashlib.sha256).hexdigest()


# Posts and people are numbers; conversations are not.
_NODE = re.compile(r"[A-Za-z0-9_=:-]{1,300}", re.ASCII)
_LETTERS = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class GraphResponse:
    """What the Graph API said to a call that it carried out."""

    body: JsonObject
    budget: Budget | None


class Graph:
    """The Graph API under one token. All failures are NetworkError; no message shows a secret."""

    def __init__(
        self,
        credentials: MetaCredentials,
        *,
        network: str,
        base_url: str,
        timeout_seconds: float,
        clock: Clock | None,
    ) -> None:
        """`network` is its name for people. Raises ValueError where `base_url` is not an http or https address."""
        self.network = network
        self.credentials = credentials
        self._client = open_client(credentials, base_url=base_url, timeout_seconds=timeout_seconds)
        self._secrets = (*credentials.secrets(), app_secret_proof(credentials))
        self._clock = clock

    def node(self, external_id: str, **asked: str) -> GraphResponse:
        """Read one object. Raises Invalid where `external_id` is none of Meta's ids."""
        node = node_id(external_id, network=self.network)
        return self._call("GET /:id", lambda client: client.get_object(node, **asked), writes=False)

    def edge(self, external_id: str, edge: str, **asked: str) -> GraphResponse:
        """Read one page of what hangs on an object."""
        node = node_id(external_id, network=self.network)
        return self._call(f"GET /:id/{edge}", lambda client: client.get_connections(node, edge, **asked), writes=False)

    def nodes(self, external_ids: Sequence[str], **asked: str) -> GraphResponse:
        """Read several objects, as an object by id."""
        ids = [node_id(each, network=self.network) for each in external_ids]
        return self._call("GET /?ids=", lambda client: client.get_objects(ids, **asked), writes=False)

    def debug_token(self) -> GraphResponse:
        """Ask what Meta knows of our own token."""
        asked = {"input_token": self.credentials.page_token}
        return self._call("GET /debug_token", lambda client: client.get_object("debug_token", **asked), writes=False)

    def add(self, external_id: str, edge: str, **given: str) -> GraphResponse:
        """Create something under an object. No readable answer is Uncertain."""
        node = node_id(external_id, network=self.network)
        fields = {name: _sendable(value) for name, value in given.items()}
        return self._call(f"POST /:id/{edge}", lambda client: client.put_object(node, edge, **fields), writes=True)

    def change(self, external_id: str, **given: str) -> GraphResponse:
        """Change an object. No readable answer is Uncertain."""
        node = node_id(external_id, network=self.network)
        return self._call(
            "POST /:id",
            lambda client: client.request(f"{client.version}/{node}", post_args=given, method="POST"),
            writes=True,
        )

    def remove(self, external_id: str) -> GraphResponse:
        """Delete an object. No readable answer is Uncertain."""
        node = node_id(external_id, network=self.network)
        return self._call("DELETE /:id", lambda client: client.delete_object(node), writes=True)

    def _call(self, endpoint: str, ask: Callable[[GraphClient], requests.Response], *, writes: bool) -> GraphResponse:
        if _LETTERS.fullmatch(self.credentials.page_token) is None:
            raise TokenRefused("The page token is empty or holds characters that no token has: copy it again.")
        network, secrets = self.network, self._secrets
        try:
            response = ask(self._client)
        except requests.RequestException as error:
            # The library's error holds the request, and with it the credentials: it does not travel on.
            raise unanswered(error, network=network, endpoint=endpoint, writes=writes, secrets=secrets) from None
        body = read_object(response.content)
        if response.ok and body is None:
            raise unreadable(network=network, endpoint=endpoint, writes=writes)
        if not response.ok or mapping((body or {}).get("error")):
            raise refusal(
                response,
                body or {},
                network=network,
                endpoint=endpoint,
                writes=writes,
                secrets=secrets,
                clock=self._clock,
            )
        return GraphResponse(body=body or {}, budget=budget_of(response.headers, endpoint, clock=self._clock))


def is_node_id(external_id: str) -> bool:
    """Whether it may become part of an address, as all of Meta's own ids may."""
    return _NODE.fullmatch(external_id) is not None


def node_id(external_id: str, *, network: str) -> str:
    """The id, where it may become part of an address. Raises Invalid where it may not."""
    if not is_node_id(external_id):
        raise Invalid(f"{network} names nothing like {external_id[:40]!r}: it cannot be asked for.")
    return external_id


def _sendable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid("The text holds halves of characters that cannot be sent: write it again.") from None
    return text
