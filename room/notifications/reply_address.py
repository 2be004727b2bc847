"""Signed reply addresses of notices: each names a room and the record that the notice went to. Pure.

`room+ROOM.SIGN@domain` in lower-case letters and digits, since mail servers may fold the case: ROOM is the public id
in base32, SIGN the first 100 bits of an HMAC-SHA256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

_MAILBOX = "room"
_ADDRESS = re.compile(rf"<?{_MAILBOX}\+([a-z2-7]{{20,80}})\.([a-z2-7]{{20}})@([a-z0-9.-]{{1,253}})>?", re.IGNORECASE)
_SIGN_CHARACTERS = 20
_PURPOSE = b"aparte reply to a notice"


@dataclass(frozen=True, kw_only=True)
class ReplyAddress:
    """A parsed reply address, not yet verified: see `is_genuine`."""

    public_id: str
    sign: str


def reply_address(room_key: bytes, public_id: str, customer_id: int, *, domain: str) -> str:
    """Where an answer to a notice about this room goes; valid while the room belongs to this customer."""
    return f"{_MAILBOX}+{_written(public_id)}.{_sign(room_key, public_id, customer_id)}@{domain}"


def parse_reply_address(address: str, *, domain: str) -> ReplyAddress | None:
    """The parts of a reply address; None for anything else. Any text may come."""
    found = _ADDRESS.fullmatch(address[:400].strip())
    if found is None or found[3].lower() != domain.lower():
        return None
    public_id = _read(found[1])
    return ReplyAddress(public_id=public_id, sign=found[2].lower()) if public_id is not None else None


def is_genuine(address: ReplyAddress, room_key: bytes, customer_id: int | None) -> bool:
    """Compare in constant time; false for a room without a customer, which never gave an address out."""
    expected = _sign(room_key, address.public_id, customer_id or 0)
    return hmac.compare_digest(expected, address.sign) and customer_id is not None


def _sign(room_key: bytes, public_id: str, customer_id: int) -> str:
    message = b"\x00".join((_PURPOSE, public_id.encode(), str(customer_id).encode()))
    digest = hmac.digest(room_key, message, hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:_SIGN_CHARACTERS]


def _written(public_id: str) -> str:
    return base64.b32encode(public_id.encode()).decode().lower().rstrip("=")


def _read(written: str) -> str | None:
    upper = written.upper()
    try:
        return base64.b32decode(upper + "=" * (-len(upper) % 8)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
