"""The one secret of an installation, and the purpose keys derived from it."""

from __future__ import annotations

import base64
import binascii
from typing import Literal, get_args

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32

Purpose = Literal["room-links", "checkpoint-signing", "sessions", "subject-keys", "customer-keys", "proof-codes"]


class MasterKeyError(ValueError):
    """The master key is missing or malformed; the message says what to do and never shows it."""


def parse_master_key(text: str) -> bytes:
    """Read the master key from base64 (standard or URL-safe, padded or not) of 32 bytes. Raises MasterKeyError."""
    advice = "set APARTE_MASTER_KEY to 32 random bytes in base64, for example from `openssl rand -base64 32`."
    compact = text.strip().rstrip("=")
    if not compact:
        raise MasterKeyError(f"There is no master key: {advice}")
    try:
        key = base64.b64decode(_standard(compact), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MasterKeyError(f"The master key is not base64: {advice}") from error
    if len(key) != KEY_BYTES:
        raise MasterKeyError(f"The master key has {len(key)} bytes and needs {KEY_BYTES}: {advice}")
    return key


def derive(master: bytes, purpose: Purpose) -> bytes:
    """The 32-byte key for one purpose (HKDF-SHA256, RFC 5869): knowing one tells nothing of the others."""
    if purpose not in get_args(Purpose):
        raise MasterKeyError(f"No key is derived for {purpose!r}: the purposes are {', '.join(get_args(Purpose))}.")
    if len(master) != KEY_BYTES:
        raise MasterKeyError(f"The master key has {len(master)} bytes and needs {KEY_BYTES}.")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"aparte:{purpose}".encode()).derive(master)


def _standard(text: str) -> str:
    standard = text.replace("-", "+").replace("_", "/")
    return standard + "=" * (-len(standard) % 4)
