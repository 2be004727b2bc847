"""Links and typed codes of invitations: both are computed from a key and never stored.

What an invitation says is not decided here: `service/deciding/texts.py` fills in the template `invitation`, which is
the rulebook's own or that of `policies/rulebooks/templates.yaml`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata

from sqlalchemy import exists, select
from sqlmodel import Session, col

from records.enums import RoomStatus
from records.tables.room import RoomRow


def room_token(room_key: bytes, public_id: str, generation: int) -> str:
    """The secret half of an invitation: HMAC-SHA256 over room and generation, URL-safe, 43 characters."""
    message = b"\x00".join((b"aparte room invitation", public_id.encode(), str(generation).encode()))
    return base64.urlsafe_b64encode(hmac.digest(room_key, message, hashlib.sha256)).decode().rstrip("=")


def room_link(base_url: str, public_id: str, token: str) -> str:
    """The address that the invited person opens."""
    return f"{base_url.rstrip('/')}/r/{public_id}/{token}"


def is_genuine_token(room_key: bytes, public_id: str, generation: int, token: str) -> bool:
    """Compare in constant time; any text may come as `token`."""
    expected = room_token(room_key, public_id, generation).encode()
    return hmac.compare_digest(expected, token.encode("utf-8", "replace"))


CODE_BITS = 40
_CHARACTERS = CODE_BITS // 5
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are misread."""
_MISREAD = str.maketrans("OIL", "011")
_MOST_TYPED = 64


def invitation_code(room_key: bytes, public_id: str, generation: int) -> str:
    """The code of a room's present invitation, such as `7K3M-9QXT`: 40 bits of HMAC-SHA256 over room and generation."""
    message = b"\x00".join((b"aparte room code", public_id.encode(), str(generation).encode()))
    number = int.from_bytes(hmac.digest(room_key, message, hashlib.sha256)[: CODE_BITS // 8], "big")
    characters = "".join(_ALPHABET[number >> shift & 31] for shift in range(CODE_BITS - 5, -1, -5))
    return f"{characters[:4]}-{characters[4:]}"


def parse_invitation_code(typed: str) -> str | None:
    """The code that a person typed: any case, spaces, dashes, full-width letters, O for 0, I or l for 1; else None."""
    if len(typed) > _MOST_TYPED:
        return None
    wide = unicodedata.normalize("NFKC", typed).upper()
    read = "".join(character for character in wide if character.isalnum()).translate(_MISREAD)
    if len(read) != _CHARACTERS or not all(character in _ALPHABET for character in read):
        return None
    return f"{read[:4]}-{read[4:]}"


def invitation_code_digest(room_key: bytes, code: str) -> str:
    """HMAC-SHA256 of the parsed code, in hexadecimal: what is stored of it. Text that is no code matches none."""
    message = b"aparte room code digest\x00" + (parse_invitation_code(code) or "").encode()
    return hmac.digest(room_key, message, hashlib.sha256).hex()


BY_CODE = "code"
NO_SUCH_ROOM = "no-such-room-"
"""A public id that no room has."""


def find_invitation_by_code(session: Session, code: str, *, room_key: bytes) -> tuple[str, str]:
    """Public id and token of the invitation with this code; of no room where there is none."""
    row = session.execute(
        select(RoomRow).where(col(RoomRow.code_digest) == invitation_code_digest(room_key, code))
    ).scalar()
    # Computed for an unknown code as well, so that the answer takes as long.
    token = room_token(room_key, row.public_id if row else NO_SUCH_ROOM, row.generation if row else 0)
    return (row.public_id, token) if row is not None else (NO_SUCH_ROOM, "")


def assign_invitation_code(session: Session, row: RoomRow, entry: str, room_key: bytes | None) -> None:
    """Give an unopened invitation its code; an existing code is kept."""
    if row.status == RoomStatus.OPEN or row.code_digest is not None:
        return
    row.entry = entry
    if entry != BY_CODE:
        return
    if room_key is None:
        raise ValueError("A room that is entered by a code needs the key of its codes: give `room_key`.")
    row.code_digest = invitation_code_digest(room_key, invitation_code(room_key, row.public_id, row.generation))
    while _is_taken(session, row):
        row.generation += 1
        row.code_digest = invitation_code_digest(room_key, invitation_code(room_key, row.public_id, row.generation))


def _is_taken(session: Session, row: RoomRow) -> bool:
    """True where another room has the same code of 40 bits."""
    with session.no_autoflush:
        twin = exists().where(col(RoomRow.code_digest) == row.code_digest, col(RoomRow.public_id) != row.public_id)
        return bool(session.execute(select(twin)).scalar())
