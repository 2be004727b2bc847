"""Links of invitations: computed from a key, never stored."""

from __future__ import annotations

import base64
import hashlib
import hmac


def room_token(room_key: bytes, public_id: str, generation: int) -> str:
    """The secret half of an invitation: HMAC-SHA256 over room and generation, URL-safe, 43 characters."""
    message = b"\x00".join((b"aparte room invitation", public_id.encode(), str(generation).encode()))
    return base64.urlsafe_b64encode(hmac.digest(room_key, message, hashlib.sha256)).decode().rstrip("=")


def room_link(base_url: str, public_id: str, token: str) -> str:
    """The address that the invited person opens."""
    return f"{base_url.rstrip('/')}/r/{public_id}/{token}"


def is_token_of(room_key: bytes, public_id: str, generation: int, token: str) -> bool:
    """Compare in constant time; any text may come as `token`."""
    expected = room_token(room_key, public_id, generation).encode()
    return hmac.compare_digest(expected, token.encode("utf-8", "replace"))
