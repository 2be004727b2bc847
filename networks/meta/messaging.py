"""Direct messages as webhooks tell them (Messenger Platform and Instagram: `messages`, `message_echoes`)."""

from __future__ import annotations

from datetime import UTC, datetime

from networks.json_values import JsonObject, mapping, mappings, text_of, whole_number
from networks.meta.conversations import conversation_with
from records.nouns import HeardMessage

_MILLISECONDS_FROM = 1e11
_LATEST = 1e10


def read_messaging(entry: JsonObject, *, network: str, account_external_id: str) -> tuple[HeardMessage, ...]:
    """The messages of an entry, in the order told. Receipts, reactions and deletions are left out."""
    heard: list[HeardMessage] = []
    for event in mappings(entry.get("messaging")):
        message = mapping(event.get("message"))
        sender, recipient = text_of(mapping(event.get("sender")), "id"), text_of(mapping(event.get("recipient")), "id")
        outgoing = sender == account_external_id or message.get("is_echo") is True
        other = recipient if outgoing else sender
        sent_at = moment_of(event, "timestamp") or moment_of(entry, "time")
        if not (text_of(message, "mid") and other and sent_at) or message.get("is_deleted") is True:
            continue
        heard.append(
            HeardMessage(
                network=network,
                external_id=text_of(message, "mid"),
                conversation_id=conversation_with(other, account_external_id),
                other_external_id=other,
                outgoing=outgoing,
                text=text_of(message, "text"),
                sent_at=sent_at,
            )
        )
    return tuple(heard)


def moment_of(value: JsonObject, key: str) -> datetime | None:
    """A Unix time, in seconds or, as some webhooks write it, milliseconds; None where there is none."""
    found: float = whole_number(value, key)
    if found >= _MILLISECONDS_FROM:
        found /= 1000
    return datetime.fromtimestamp(found, tz=UTC) if 0 < found < _LATEST else None
