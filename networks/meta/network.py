"""What Facebook and Instagram accounts do alike: the access of the page token, and writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import orjson

from networks.errors import Garbled, Invalid, Refused, TargetGone, TokenRefused, Uncertain
from networks.meta.graph.client import Graph
from networks.protocol import Access, SendReceipt
from networks.values import JsonObject, mapping, strings, text_of, whole_number


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


Done = TypeVar("Done")


def create(graph: Graph, owner: str, edge: str, **told: str) -> SendReceipt:
    """Create a comment. Raises NetworkError; Uncertain also where Meta does not name it."""
    answer = graph.add(owner, edge, **told)
    found = text_of(answer.body, "id")
    if not found:
        raise Uncertain(f"{graph.network} accepted a text without naming it: what became of it must be read.")
    return SendReceipt(external_id=found, budget=answer.budget)


def send(graph: Graph, page_id: str, recipient: dict[str, str], text: str) -> SendReceipt:
    """Send one private message, by the Send API of Messenger and Instagram. Raises NetworkError."""
    answer = graph.add(page_id, "messages", recipient=_json(recipient), message=_json({"text": text}))
    found = text_of(answer.body, "message_id")
    if not found:
        raise Uncertain(f"{graph.network} accepted a message without naming it: what became of it must be read.")
    return SendReceipt(external_id=found, budget=answer.budget)


def send_to(graph: Graph, page_id: str, person_external_id: str, text: str) -> SendReceipt:
    """Send one private message to a person. Raises NetworkError."""
    try:
        return send(graph, page_id, {"id": person_external_id}, text)
    except TargetGone:
        # Said of a mailbox that we may not use as well as of one that is not there.
        raise Refused(f"{graph.network} does not let this token write messages: check its permissions.") from None


def act_about(graph: Graph, external_id: str, act: Callable[[], Done], *, exists: Callable[[], bool]) -> Done:
    """Carry out an act upon a post. Raises NetworkError; TargetGone only where the post is gone.

    Meta words the refusal of an act that a post does not support like the absence of the post.
    """
    try:
        return act()
    except TargetGone:
        if exists():
            raise Refused(f"{graph.network} does not take this act upon {external_id}, which is still there.") from None
        raise


def set_flag(graph: Graph, external_id: str, **flag: str) -> None:
    """Hide a comment, or show it again. Raises NetworkError."""
    if graph.change(external_id, **flag).body.get("success") is not True:
        raise Uncertain(f"{graph.network}'s answer to POST /:id does not confirm the change.")


def delete(graph: Graph, external_id: str) -> None:
    """Delete something of our own; what is gone already counts as deleted. Raises NetworkError."""
    try:
        answer = graph.remove(external_id)
    except TargetGone:
        if _is_there(graph, external_id):
            raise Refused(f"{graph.network} does not delete {external_id}, which is still there.") from None
        return
    if answer.body.get("success") is not True:
        raise Uncertain(f"{graph.network}'s answer to DELETE /:id does not confirm the deletion.")


def _is_there(graph: Graph, external_id: str) -> bool:
    try:
        graph.node(external_id, fields="id")
    except TargetGone:
        return False
    return True


def _json(value: dict[str, str]) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise Invalid("The text holds halves of characters that cannot be sent: write it again.") from None
