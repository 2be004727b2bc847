"""Short codes of invitations: derived from a key, typed by people, never stored."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

CODE_BITS = 40
_CHARACTERS = CODE_BITS // 5
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are misread."""
_MISREAD = str.maketrans("OIL", "011")
_MOST_TYPED = 64


def code_of(room_key: bytes, public_id: str, generation: int) -> str:
    """The code of a room's present invitation, such as `7K3M-9QXT`: 40 bits of HMAC-SHA256 over room and generation."""
    message = b"\x00".join((b"aparte room code", public_id.encode(), str(generation).encode()))
    number = int.from_bytes(hmac.digest(room_key, message, hashlib.sha256)[: CODE_BITS // 8], "big")
    characters = "".join(_ALPHABET[number >> shift & 31] for shift in range(CODE_BITS - 5, -1, -5))
    return f"{characters[:4]}-{characters[4:]}"


def read_code(typed: str) -> str | None:
    """What a person meant: any case, spaces, dashes, full-width letters, O for 0, I or l for 1; None for no code."""
    if len(typed) > _MOST_TYPED:
        return None
    wide = unicodedata.normalize("NFKC", typed).upper()
    read = "".join(character for character in wide if character.isalnum()).translate(_MISREAD)
    if len(read) != _CHARACTERS or not all(character in _ALPHABET for character in read):
        return None
    return f"{read[:4]}-{read[4:]}"


def code_digest(room_key: bytes, code: str) -> str:
    """What is stored of a code: HMAC-SHA256 of it as read, in hexadecimal. Text that is no code matches none."""
    message = b"aparte room code digest\x00" + (read_code(code) or "").encode()
    return hmac.digest(room_key, message, hashlib.sha256).hex()
