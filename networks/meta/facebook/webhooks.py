"""What a Page's webhooks say (Graph API, "Webhooks Reference: Page", fields `feed` and `mention`)."""

from __future__ import annotations

from datetime import datetime

from networks.meta.facebook.objects import NETWORK
from networks.meta.graph.values import author_of
from networks.meta.graph.webhook_entries import WebhookChanges, unix_moment
from networks.protocol import OwnPost
from networks.values import JsonObject, mapping, mappings, revision_of, text_of
from records.models import FetchedPost, ParentPost

_COMMENT = "comment"
_POSTS = frozenset({"status", "post", "photo", "video", "share", "album", "link", "note"})
_NEW = "add"
_STILL_THERE = frozenset({"edit", "edited"})


def read_changes(entry: JsonObject, *, account_external_id: str) -> WebhookChanges:
    """New posts and comments, and the ids of those said to be otherwise now."""
    found: list[FetchedPost | OwnPost] = []
    changed: list[str] = []
    named: list[str] = []
    for change in mappings(entry.get("changes")):
        value, is_mention = mapping(change.get("value")), text_of(change, "field") == "mention"
        if text_of(change, "field") != "feed" and not is_mention:
            continue
        external_id = _about(value)
        if not external_id:
            continue
        at = unix_moment(value, "created_time") or unix_moment(entry, "time")
        if text_of(value, "verb") in _STILL_THERE or (text_of(value, "verb") == _NEW and at is None):
            named.append(external_id)
        elif text_of(value, "verb") != _NEW or at is None:
            changed.append(external_id)
        else:
            found.append(_read(value, external_id, page_id=account_external_id, at=at))
    return WebhookChanges(found=tuple(found), changed=tuple(changed), named=tuple(named))


def _about(value: JsonObject) -> str:
    """The id of the comment or post; empty for likes and all else without words."""
    item = text_of(value, "item")
    if item == _COMMENT:
        return text_of(value, "comment_id")
    return text_of(value, "post_id") if item in _POSTS else ""


def _read(value: JsonObject, external_id: str, *, page_id: str, at: datetime) -> FetchedPost | OwnPost:
    is_comment = text_of(value, "item") == _COMMENT
    root = text_of(value, "post_id") or external_id
    parent = (text_of(value, "parent_id") or root) if is_comment else None
    text = text_of(value, "message")
    author = mapping(value.get("from")) or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    if text_of(author, "id") == page_id:
        return OwnPost(
            external_id=external_id, parent_external_id=parent, root_external_id=root, text=text, published_at=at
        )
    photo = text_of(value, "photo")
    return FetchedPost(
        network=NETWORK,
        external_id=external_id,
        revision_external_id=revision_of(external_id, text),
        kind=_COMMENT if is_comment else "post",
        author=author_of(author, of=external_id),
        text=text,
        published_at=at,
        parent_external_id=parent,
        root_external_id=root,
        above=ParentPost(external_id=parent) if parent else None,
        media_urls=(photo,) if photo else (),
        mentions_us=True,
    )
