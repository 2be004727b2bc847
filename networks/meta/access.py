"""Asks whether a page token works, until when, and what it was granted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from networks.errors import Garbled, Invalid, Refused, TargetGone, TokenRefused
from networks.json_values import JsonObject, mapping, strings, text_of, whole_number
from networks.meta.calls import Graph
from networks.protocol import Access


def page_of_token(graph: Graph) -> str:
    """The id of the Page that the token belongs to. Raises NetworkError."""
    found = text_of(graph.node("me", fields="id,name").body, "id")
    if not found:
        raise Garbled(f"{graph.network} does not say whose token this is; it will be asked again.")
    return found


def access_of_token(graph: Graph, *, needed: Sequence[str]) -> Access:
    """When the token ends and which of the `needed` permissions it lacks. Raises TokenRefused where it ended.

    Meta does not let every app ask about its own token: what it then leaves unsaid stays unknown.
    """
    try:
        told = mapping(graph.debug_token().body.get("data"))
    except (Refused, Invalid, TargetGone):
        return Access()
    if told.get("is_valid") is False:
        raise TokenRefused(f"{graph.network} says that the page token is no longer valid: make a new one.")
    granted = strings(told.get("scopes"))
    return Access(
        valid_until=_end_of(told),
        missing=tuple(each for each in needed if each not in granted) if "scopes" in told else (),
    )


def _end_of(told: JsonObject) -> datetime | None:
    """The earlier of the two ends that a token has; Meta writes 0 for never."""
    ends = [whole_number(told, "expires_at"), whole_number(told, "data_access_expires_at")]
    known = [end for end in ends if 0 < end < 1e11]
    return datetime.fromtimestamp(min(known), tz=UTC) if known else None
