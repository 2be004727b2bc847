"""X's webhooks: the challenge, the signature, and the events as pages.

Account Activity, https://docs.x.com/x-api/account-activity/introduction; the signature and the challenge,
https://docs.x.com/x-api/webhooks/introduction.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from contextlib import suppress
from hashlib import sha256

from networks.errors import Garbled
from networks.protocol import FeedPage, OwnPost, WebhookDelivery
from networks.values import JsonObject, mapping, mappings, read_object
from networks.x import activity
from records.models import FetchedMessage, FetchedPost

_SCHEME = "sha256="


def answer_crc(crc_token: str, api_secret: str) -> str:
    """The `response_token` that shows X that we hold the app's secret."""
    return _SCHEME + b64encode(_digest(crc_token.encode(errors="surrogatepass"), api_secret)).decode()


def signed(body: bytes, header: str, api_secret: str) -> bool:
    """True where `header`, X's `x-twitter-webhooks-signature`, was made of these very bytes with the app's secret."""
    if not api_secret:
        return False
    expected = _SCHEME.encode() + b64encode(_digest(body, api_secret))
    return hmac.compare_digest(expected, header.encode(errors="surrogatepass"))


def deliveries(body: bytes) -> tuple[WebhookDelivery, ...]:
    """What a verified delivery says, for the one account that it names; nothing where it is about other matters.

    An event that cannot be understood is left out: polling reads it. A text that was cut short is only named. A later
    version of a post is given as a post and in `changed`. Raises ValueError where the body is no delivery at all.
    """
    content = read_object(body)
    if content is None:
        raise ValueError("The delivery is not a JSON object: X sends one for each event.")
    us = activity.id_of(content, "for_user_id")
    if not us:
        raise ValueError("The delivery does not say for which account it is: X names it in for_user_id.")
    posts, own, edited, cut = _posts(content, us)
    page = FeedPage(posts=posts, own=own, messages=_messages(content, us))
    changed = tuple(dict.fromkeys((*edited, *_deleted(content))))
    if not (posts or own or page.messages or changed or cut):
        return ()
    return (WebhookDelivery(account_external_id=us, page=page, changed=changed, named=tuple(dict.fromkeys(cut))),)


def _posts(content: JsonObject, us: str) -> tuple[tuple[FetchedPost, ...], tuple[OwnPost, ...], list[str], list[str]]:
    posts: list[FetchedPost] = []
    own: list[OwnPost] = []
    edited: list[str] = []
    cut: list[str] = []
    for post in mappings(content.get("tweet_create_events")):
        if activity.is_repost(post):
            continue
        with suppress(Garbled):
            if activity.is_edited(post):
                edited.append(activity.first_id(post))
            if activity.is_cut(post):
                cut += [activity.first_id(post)] if activity.author_of(post) != us else []
                continue
            if activity.author_of(post) == us:
                own.append(activity.read_own_post(post))
            else:
                posts.append(activity.read_post(post, account_external_id=us))
    return tuple(posts), tuple(own), edited, cut


def _messages(content: JsonObject, us: str) -> tuple[FetchedMessage, ...]:
    users = mapping(content.get("users"))
    found: list[FetchedMessage] = []
    for event in mappings(content.get("direct_message_events")):
        with suppress(Garbled):
            message = activity.read_message(event, users, account_external_id=us)
            if message is not None:
                found.append(message)
    return tuple(found)


def _deleted(content: JsonObject) -> list[str]:
    events = mappings(content.get("tweet_delete_events"))
    return [found for event in events if (found := activity.id_of(mapping(event.get("status")), "id"))]


def _digest(body: bytes, api_secret: str) -> bytes:
    return hmac.new(api_secret.encode(errors="surrogatepass"), body, sha256).digest()
