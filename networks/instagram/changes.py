"""What Instagram's webhooks tell (Graph API, "Webhooks Reference: Instagram", fields `comments` and `mentions`)."""

from __future__ import annotations

from networks.instagram.posts import Us, read_comment, root_of
from networks.json_values import JsonObject, mapping, mappings, text_of
from networks.meta.changes import Changes
from networks.meta.messaging import moment_of
from networks.protocol import OwnPost
from records.nouns import HeardPost

_COMMENTS = frozenset({"comments", "live_comments"})
_MENTIONS = "mentions"
_NEW = frozenset({"", "add"})
_REMOVED = "remove"


def read_changes(entry: JsonObject, *, account_external_id: str) -> Changes:
    """New comments under our media, and the ids of what must be asked for: a mention is told without its words."""
    us = Us(external_id=account_external_id, handle="")
    found: list[HeardPost | OwnPost] = []
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
    return Changes(found=tuple(found), changed=tuple(changed), named=tuple(named))


def _comment(value: JsonObject, entry: JsonObject, us: Us) -> HeardPost | OwnPost | None:
    """The comment; None where it is told to be otherwise now, or too little is told of it."""
    at, media = moment_of(value, "timestamp") or moment_of(entry, "time"), mapping(value.get("media"))
    told = text_of(value, "id") and text_of(media, "id") and isinstance(value.get("text"), str)
    if not told or at is None or text_of(value, "verb") not in _NEW:
        return None
    return read_comment({**value, "timestamp": at.isoformat()}, root=root_of(media, us=us), us=us)
