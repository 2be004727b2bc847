"""Makes one call to the Graph API and says plainly how it ended: its JSON, or one of the named errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import requests

from networks.credentials import MetaCredentials
from networks.errors import Invalid, TokenRefused
from networks.json_values import JsonObject, mapping, read_object
from networks.meta.client import GraphClient, app_secret_proof, open_client
from networks.meta.refusals import refusal
from networks.meta.usage import Clock, budget_of
from networks.protocol import Budget
from networks.transport_failures import unanswered, unreadable

# Posts and people are numbers; conversations are not.
_NODE = re.compile(r"[A-Za-z0-9_=:-]{1,300}", re.ASCII)
_LETTERS = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Answer:
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

    def node(self, external_id: str, **asked: str) -> Answer:
        """Read one object. Raises Invalid where `external_id` is none of Meta's ids."""
        node = node_id(external_id, network=self.network)
        return self._call("GET /:id", lambda client: client.get_object(node, **asked), writes=False)

    def edge(self, external_id: str, edge: str, **asked: str) -> Answer:
        """Read one page of what hangs on an object."""
        node = node_id(external_id, network=self.network)
        return self._call(f"GET /:id/{edge}", lambda client: client.get_connections(node, edge, **asked), writes=False)

    def nodes(self, external_ids: Sequence[str], **asked: str) -> Answer:
        """Read several objects, as an object by id."""
        ids = [node_id(each, network=self.network) for each in external_ids]
        return self._call("GET /?ids=", lambda client: client.get_objects(ids, **asked), writes=False)

    def debug_token(self) -> Answer:
        """Ask what Meta knows of our own token."""
        asked = {"input_token": self.credentials.page_token}
        return self._call("GET /debug_token", lambda client: client.get_object("debug_token", **asked), writes=False)

    def add(self, external_id: str, edge: str, **told: str) -> Answer:
        """Create something under an object. No readable answer is Uncertain."""
        node = node_id(external_id, network=self.network)
        fields = {name: _sendable(value) for name, value in told.items()}
        return self._call(f"POST /:id/{edge}", lambda client: client.put_object(node, edge, **fields), writes=True)

    def change(self, external_id: str, **told: str) -> Answer:
        """Change an object. No readable answer is Uncertain."""
        node = node_id(external_id, network=self.network)
        return self._call(
            "POST /:id",
            lambda client: client.request(f"{client.version}/{node}", post_args=told, method="POST"),
            writes=True,
        )

    def remove(self, external_id: str) -> Answer:
        """Delete an object. No readable answer is Uncertain."""
        node = node_id(external_id, network=self.network)
        return self._call("DELETE /:id", lambda client: client.delete_object(node), writes=True)

    def _call(self, endpoint: str, ask: Callable[[GraphClient], requests.Response], *, writes: bool) -> Answer:
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
        return Answer(body=body or {}, budget=budget_of(response.headers, endpoint, clock=self._clock))


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
