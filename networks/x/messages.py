"""Turns X's direct message events into heard messages."""

from __future__ import annotations

from networks.json_values import JsonObject, mapping, mappings, text_of
from networks.x.posts import NETWORK, read_author, read_included
from networks.x.shapes import moment, required
from networks.x.shown_text import shown_text
from records.nouns import HeardMessage


def read_messages(answer: JsonObject, *, account_external_id: str) -> tuple[HeardMessage, ...]:
    """The messages of conversations between two, in the order served.

    Group conversations are left out: what is said there is not private between a person and the brand.
    Raises Garbled where an event lacks what identifies it.
    """
    users = read_included(answer).users
    heard: list[HeardMessage] = []
    for event in mappings(answer.get("data")):
        if text_of(event, "event_type") not in {"", "MessageCreate"}:
            continue
        external_id = required(event, "id", what="a direct message")
        sender = required(event, "sender_id", what=f"the direct message {external_id}")
        conversation_id = text_of(event, "dm_conversation_id")
        outgoing = sender == account_external_id
        other = _other(conversation_id, account_external_id)
        if other is None:
            continue
        heard.append(
            HeardMessage(
                network=NETWORK,
                external_id=external_id,
                conversation_id=conversation_id,
                other_external_id=other,
                other=read_author(other, users) if other in users else None,
                outgoing=outgoing,
                text=shown_text(text_of(event, "text"), mapping(event.get("entities"))),
                sent_at=moment(event, "created_at", what=f"the direct message {external_id}"),
            )
        )
    return tuple(heard)


def _other(conversation_id: str, account_external_id: str) -> str | None:
    """The person of a conversation between two, whose id joins both accounts' ids; None for a group."""
    members = conversation_id.split("-")
    if len(members) != 2 or account_external_id not in members:
        return None
    return members[1] if members[0] == account_external_id else members[0]
