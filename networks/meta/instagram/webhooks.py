"""What Instagram's webhooks say (Graph API, "Webhooks Reference: Instagram", fields `comments` and `mentions`)."""

from __future__ import annotations

from networks.meta.graph.webhook_entries import WebhookChanges, unix_moment
from networks.meta.instagram.objects import OwnAccount, read_comment, root_of
from networks.protocol import OwnPost
from networks.values import JsonObject, mapping, mappings, text_of
from records.models import FetchedPost

_COMMENTS = frozenset({"comments", "live_comments"})
_MENTIONS = "mentions"
_NEW = frozenset({"", "add"})
_REMOVED = "remove"


def read_changes(entry: JsonObject, *, account_external_id: str) -> WebhookChanges:
    """New comments under our media, and the ids of what must be fetched: a mention comes without its text."""
    us = OwnAccount(external_id=account_external_id, handle="")
    found: list[FetchedPost | OwnPost] = []
    changed: list[str] = []
    named: list[str] = []
    for change in mappings(entry.get("changes")):
        value, field = mapping(change.get("value")), text_of(change, "field")
        if field == _MENTIONS:
            named.append(text_of(value, "comment_id") or text_of(value, "media_id"))
        elif field in _COMMENTS:
            comment = _comment(value, entry, us)
            if comment is not None:
                found.append(comment)
            elif text_of(value, "verb") == _REMOVED:
                changed.append(text_of(value, "id"))
            else:
                named.append(text_of(value, "id"))
    return WebhookChanges(found=tuple(found), changed=tuple(changed), named=tuple(named))


def _comment(value: JsonObject, entry: JsonObject, us: OwnAccount) -> FetchedPost | OwnPost | None:
    """The comment; None where it is said to have changed, or too little of it is given."""
    at, media = unix_moment(value, "timestamp") or unix_moment(entry, "time"), mapping(value.get("media"))
    complete = text_of(value, "id") and text_of(media, "id") and isinstance(value.get("text"), str)
    if not complete or at is None or text_of(value, "verb") not in _NEW:
        return None
    return read_comment({**value, "timestamp": at.isoformat()}, root=root_of(media, us=us), us=us)
