"""What one entry of a webhook says: changes of posts, and direct messages (`messages`, `message_echoes`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from networks.meta.graph.messages import conversation_with
from networks.protocol import OwnPost
from networks.values import JsonObject, mapping, mappings, text_of, whole_number
from records.models import FetchedMessage, FetchedPost


@dataclass(frozen=True, kw_only=True)
class WebhookChanges:
    """What comes with its text, and what only by its id; an empty id stands for nothing."""

    found: tuple[FetchedPost | OwnPost, ...]
    changed: tuple[str, ...]
    """Said to be gone or hidden."""
    named: tuple[str, ...]
    """Said to be there: to be read."""


_MILLISECONDS_FROM = 1e11
_LATEST = 1e10


def read_messaging(entry: JsonObject, *, network: str, account_external_id: str) -> tuple[FetchedMessage, ...]:
    """The messages of an entry, in its order. Receipts, reactions and deletions are left out."""
    fetched: list[FetchedMessage] = []
    for event in mappings(entry.get("messaging")):
        message = mapping(event.get("message"))
        sender, recipient = text_of(mapping(event.get("sender")), "id"), text_of(mapping(event.get("recipient")), "id")
        outgoing = sender == account_external_id or message.get("is_echo") is True
        other = recipient if outgoing else sender
        sent_at = unix_moment(event, "timestamp") or unix_moment(entry, "time")
        if not (text_of(message, "mid") and other and sent_at) or message.get("is_deleted") is True:
            continue
        fetched.append(
            FetchedMessage(
                network=network,
                external_id=text_of(message, "mid"),
                conversation_id=conversation_with(other, account_external_id),
                other_external_id=other,
                outgoing=outgoing,
                text=text_of(message, "text"),
                sent_at=sent_at,
            )
        )
    return tuple(fetched)


def unix_moment(value: JsonObject, key: str) -> datetime | None:
    """A Unix time, in seconds or, as some webhooks write it, milliseconds; None where there is none."""
    found: float = whole_number(value, key)
    if found >= _MILLISECONDS_FROM:
        found /= 1000
    return datetime.fromtimestamp(found, tz=UTC) if 0 < found < _LATEST else None
