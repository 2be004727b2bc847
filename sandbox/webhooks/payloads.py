"""Webhook payloads and signatures: X's Account Activity, Meta's webhooks."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from sandbox.graph.instagram import media_id
from sandbox.webhooks.changes import ADDED, EDITED, HIDDEN, MESSAGE, REMOVED, SHOWN, Change
from sandbox.world.models import BrandAccount, DirectMessage, Person, Post
from sandbox.world.texts import entities, wire_text
from sandbox.world.truth import as_json
from sandbox.world.world import World

Json = dict[str, object]
X_HEADER = "x-twitter-webhooks-signature"
META_HEADER = "x-hub-signature-256"
SHORT_TEXT = 140
"""Longer texts are whole in `extended_tweet` only."""


def body_of(world: World, account: BrandAccount, changes: Sequence[Change], now: float) -> bytes | None:
    """The body of one delivery; None where the network does not report such changes."""
    if account.network == "x":
        payload = _x_payload(world, account, changes, now)
        return as_json({"for_user_id": str(account.id), **payload}) if payload else None
    entry = _meta_payload(account, changes)
    if not entry:
        return None
    kind = "page" if account.network == "facebook" else "instagram"
    return as_json({"object": kind, "entry": [{"id": str(account.id), "time": int(now), **entry}]})


def signing_secret(account: BrandAccount) -> str:
    """The practice secret with which deliveries to the account are signed."""
    return account.credential("api-secret" if account.network == "x" else "app-secret")


def signature(account: BrandAccount, body: bytes, secret: str | None = None) -> tuple[str, str]:
    """Header and value that sign a body; with another secret for a forgery."""
    key = (secret if secret is not None else signing_secret(account)).encode()
    mac = hmac.new(key, body, sha256)
    if account.network == "x":
        return X_HEADER, f"sha256={b64encode(mac.digest()).decode()}"
    return META_HEADER, f"sha256={mac.hexdigest()}"


def crc_response(account: BrandAccount, token: str) -> str:
    """What the subscriber must answer to X's challenge."""
    return signature(account, token.encode())[1]


def _x_payload(world: World, account: BrandAccount, changes: Sequence[Change], now: float) -> Json:
    created = [_x_post(world, change.post) for change in changes if change.post and change.verb == ADDED]
    deleted = [
        {
            "status": {"id": str(change.post.id), "user_id": str(change.post.author.id)},
            "timestamp_ms": str(int(now * 1000)),
        }
        for change in changes
        if change.post and change.verb == REMOVED and not change.post.replaced
    ]
    messages = [change.message for change in changes if change.message]
    payload: Json = {}
    if created:
        payload |= {"user_has_blocked": False, "tweet_create_events": created}
    if deleted:
        payload["tweet_delete_events"] = deleted
    if messages:
        people = {person.id: person for message in messages for person in (message.person, account.person)}
        payload["direct_message_events"] = [_x_message(message) for message in messages]
        payload["users"] = {str(each.id): _x_hydrated(each) for each in people.values()}
    return payload


def _x_post(world: World, post: Post) -> Json:
    wire = wire_text(post.text)
    unwritten = tuple((world.accounts[account].person.handle, account) for account in post.unwritten)
    found = _old_entities(entities(wire, world.user_id, unwritten))
    payload: Json = {
        "created_at": datetime.fromtimestamp(int(post.at), UTC).strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "id": post.id,
        "id_str": str(post.id),
        "text": wire.text,
        "source": "Sandbox",
        "truncated": False,
        "in_reply_to_status_id": post.parent.id if post.parent else None,
        "in_reply_to_status_id_str": str(post.parent.id) if post.parent else None,
        "in_reply_to_user_id": post.parent.author.id if post.parent else None,
        "in_reply_to_user_id_str": str(post.parent.author.id) if post.parent else None,
        "in_reply_to_screen_name": post.parent.author.handle if post.parent else None,
        "user": _x_user(post.author),
        "is_quote_status": post.quoted is not None,
        "entities": found,
        "favorited": False,
        "retweeted": False,
        "filter_level": "low",
        "lang": post.lang,
        "timestamp_ms": str(int(post.at) * 1000),
        "edit_history": {
            "initial_tweet_id": str(post.history[0]),
            "edit_tweet_ids": [str(identifier) for identifier in post.history],
        },
    }
    if post.quoted is not None and not post.quoted.deleted:
        payload |= {"quoted_status_id": post.quoted.id, "quoted_status_id_str": str(post.quoted.id)}
    if len(wire.text) > SHORT_TEXT:
        whole = {"full_text": wire.text, "display_text_range": [0, len(wire.text)], "entities": found}
        payload |= {"text": wire.text[: SHORT_TEXT - 1] + "…", "truncated": True, "extended_tweet": whole}
    return payload


def _old_entities(found: dict[str, object]) -> Json:
    """Entities in the names of API 1.1, which Account Activity still uses."""
    mentions = [
        {
            "screen_name": each["username"],
            "name": each["username"],
            "id": int(str(each["id"])),
            "id_str": each["id"],
            "indices": [each["start"], each["end"]],
        }
        for each in _items(found.get("mentions"))
    ]
    urls = [
        {
            "url": each["url"],
            "expanded_url": each["expanded_url"],
            "display_url": each["display_url"],
            "indices": [each["start"], each["end"]],
        }
        for each in _items(found.get("urls"))
    ]
    tags = [{"text": each["tag"], "indices": [each["start"], each["end"]]} for each in _items(found.get("hashtags"))]
    return {"hashtags": tags, "urls": urls, "user_mentions": mentions, "symbols": []}


def _items(value: object) -> list[Json]:
    return value if isinstance(value, list) else []


def _x_user(person: Person) -> Json:
    return {
        "id": person.id,
        "id_str": str(person.id),
        "name": person.name,
        "screen_name": person.handle,
        "description": person.bio or None,
        "protected": False,
        "verified": False,
        "followers_count": person.followers,
    }


def _x_hydrated(person: Person) -> Json:
    shown = {name: value for name, value in _x_user(person).items() if name != "id_str"}
    return shown | {"id": str(person.id), "created_timestamp": "1433149200000"}


def _x_message(message: DirectMessage) -> Json:
    wire = wire_text(message.text)
    other = message.person.id if message.outgoing else message.account_id
    found = _old_entities(entities(wire, lambda _: 0, ()))
    return {
        "type": "message_create",
        "id": str(message.id),
        "created_timestamp": str(int(message.at * 1000)),
        "message_create": {
            "target": {"recipient_id": str(other)},
            "sender_id": str(message.sender_id),
            "message_data": {"text": wire.text, "entities": found},
        },
    }


def _meta_payload(account: BrandAccount, changes: Sequence[Change]) -> Json:
    fields = [field for change in changes if (field := _changed_field(account, change)) is not None]
    messaging = [_messaging(change.message) for change in changes if change.message]
    payload: Json = {}
    if fields:
        payload["changes"] = fields
    if messaging:
        payload["messaging"] = messaging
    return payload


def _changed_field(account: BrandAccount, change: Change) -> Json | None:
    post = change.post
    if post is None or change.verb == MESSAGE:
        return None
    if account.network == "instagram":
        return _instagram_change(post) if change.verb == ADDED and post.author.id != account.id else None
    if post.kind in {"tag", "mention"}:
        value = {"item": "post", "verb": change.verb, "post_id": post.wire_id, "created_time": int(post.at)}
        return {"field": "mention", "value": value | _sender(post) | {"message": change.text}}
    return {"field": "feed", "value": _feed_value(change, post)}


def _sender(post: Post) -> Json:
    return {"sender_id": str(post.author.id), "sender_name": post.author.name}


def _feed_value(change: Change, post: Post) -> Json:
    verb = change.verb if change.verb in {ADDED, EDITED, REMOVED, HIDDEN, SHOWN} else EDITED
    value: Json = {
        "from": {"id": str(post.author.id), "name": post.author.name},
        "post_id": post.root.wire_id,
        "verb": verb,
        "created_time": int(post.at),
        "published": 1,
    }
    if post.parent is None:
        value["item"] = "post" if post.kind == "visitor_post" else "status"
    else:
        value |= {"item": "comment", "comment_id": post.wire_id, "parent_id": post.parent.wire_id}
    return value if verb == REMOVED else value | {"message": change.text}


def _instagram_change(post: Post) -> Json | None:
    if post.parent is None and post.kind in {"tag", "mention"}:
        value: Json = {"media_id": media_id(post)}
        if post.kind == "mention":
            value["comment_id"] = post.wire_id
        return {"field": "mentions", "value": value}
    if post.parent is None:
        return None
    value = {
        "from": {"id": str(post.author.id), "username": post.author.handle},
        "media": {"id": media_id(post), "media_product_type": "AD" if post.root.kind == "ad" else "FEED"},
        "id": post.wire_id,
        "text": post.text,
    }
    if post.parent.parent is not None:
        value["parent_id"] = post.parent.wire_id
    return {"field": "comments", "value": value}


def _messaging(message: DirectMessage) -> Json:
    payload: Json = {"mid": message.wire_id, "text": message.text}
    if message.outgoing:
        payload["is_echo"] = True
    other = message.person.id if message.outgoing else message.account_id
    return {
        "sender": {"id": str(message.sender_id)},
        "recipient": {"id": str(other)},
        "timestamp": int(message.at * 1000),
        "message": payload,
    }
