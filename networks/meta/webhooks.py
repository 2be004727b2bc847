"""Meta's webhooks: the question that proves the address, the signature, and what a delivery says.

Graph API, "Webhooks from Meta". Deliveries repeat and come out of order: whoever stores them drops what is known.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from networks.meta.facebook.objects import NETWORK as FACEBOOK
from networks.meta.facebook.webhooks import read_changes as read_page_changes
from networks.meta.graph.webhook_entries import read_messaging
from networks.meta.instagram.objects import NETWORK as INSTAGRAM
from networks.meta.instagram.webhooks import read_changes as read_instagram_changes
from networks.protocol import FeedPage, OwnPost, WebhookDelivery
from networks.values import JsonObject, mappings, read_object, text_of
from records.models import FetchedPost

_OBJECTS = {FACEBOOK: "page", INSTAGRAM: "instagram"}
_SIGNATURE = b"sha256="


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What to answer Meta when it asks whether the address is ours; None where the question is not Meta's."""
    asked = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    known = verify_token.encode("utf-8", "surrogatepass")
    if not known or query.get("hub.mode") != "subscribe" or not hmac.compare_digest(asked, known):
        return None
    return query.get("hub.challenge") or None


def signed(body: bytes, header: str, app_secret: str) -> bool:
    """Whether `X-Hub-Signature-256` is that of the body under the app's secret."""
    if not app_secret:
        return False
    digest = hmac.new(app_secret.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()
    # Meta writes lower case; bytes, since text that is not ASCII cannot be compared.
    return hmac.compare_digest(header.strip().encode("utf-8", "surrogatepass"), _SIGNATURE + digest.encode())


def deliveries(body: bytes, *, network: str) -> tuple[WebhookDelivery, ...]:
    """What a delivery says, one for each account that it names. What is not about texts is left out.

    `network` is `facebook` or `instagram`. Raises ValueError where the body is none of its deliveries.
    """
    content = read_object(body)
    if content is None:
        raise ValueError("The delivery is no JSON object: only Meta should know this address.")
    found, expected = text_of(content, "object"), _OBJECTS[network]
    if found != expected:
        raise ValueError(f"The delivery is about {found[:40]!r}, not {expected!r}: subscribe the right object.")
    entries = mappings(content.get("entry"))
    if not entries:
        raise ValueError("The delivery has no entries: only Meta should know this address.")
    return tuple(_delivery(entry, network=network) for entry in entries if text_of(entry, "id"))


def _delivery(entry: JsonObject, *, network: str) -> WebhookDelivery:
    account = text_of(entry, "id")
    read_changes = read_page_changes if network == FACEBOOK else read_instagram_changes
    changes = read_changes(entry, account_external_id=account)
    named = tuple(dict.fromkeys(each for each in changes.named if each))
    return WebhookDelivery(
        account_external_id=account,
        page=FeedPage(
            posts=tuple(each for each in changes.found if isinstance(each, FetchedPost)),
            own=tuple(each for each in changes.found if isinstance(each, OwnPost)),
            messages=read_messaging(entry, network=network, account_external_id=account),
        ),
        changed=tuple(dict.fromkeys((*named, *(each for each in changes.changed if each)))),
        named=named,
    )
