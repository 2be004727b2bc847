"""Signed tree heads: kept elsewhere by an auditor, they show whether the past was rewritten."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlmodel import Session, col, select

from ledger.entry import instant
from ledger.log import locked_frontier
from records.models import Actor
from records.tables.ledger import CheckpointRow

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_KEY_LENGTH = 44
"""Characters of 32 bytes in base64."""


class UnreadableKeyError(ValueError):
    """A public key cannot be read; the message says what to give."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A tree head and its signature, as stored."""

    id: int
    size: int
    root: str
    """Hexadecimal."""
    note: str
    """The signed text."""
    key_id: str
    """Hexadecimal C2SP key id: hash of origin and public key."""
    signature: str
    """Base64."""
    made_at: datetime


def make_checkpoint(
    session: Session, *, origin: str, signing_key: Ed25519PrivateKey, actor: Actor, now: datetime
) -> Checkpoint | None:
    """Sign the present tree head. Returns None where the last checkpoint says the same already, or the log is empty.

    `origin` names this log to auditors, for example `acme.example/aparte`.
    """
    _check_line(origin)
    frontier = locked_frontier(session)
    root = frontier.root()
    last = session.exec(select(CheckpointRow).order_by(col(CheckpointRow.id).desc()).limit(1)).first()
    if frontier.size == 0 or (last is not None and (last.size, last.root) == (frontier.size, root.hex())):
        return None
    head = f"{origin}\n{frontier.size}\n{base64.b64encode(root).decode()}\n"
    note = f"{head}at {instant(now)} by {actor.tag}\n"
    row = CheckpointRow(
        size=frontier.size,
        root=root.hex(),
        note=note,
        key_id=key_id(origin, signing_key.public_key()),
        signature=base64.b64encode(signing_key.sign(note.encode())).decode(),
        made_at=now,
    )
    session.add(row)
    session.flush()
    return _checkpoint(row)


def stored_checkpoints(session: Session) -> list[Checkpoint]:
    """Every checkpoint, smallest tree first."""
    ordered = select(CheckpointRow).order_by(col(CheckpointRow.size), col(CheckpointRow.id))
    return [_checkpoint(row) for row in session.exec(ordered)]


def signed_note(checkpoint: Checkpoint) -> str:
    """The checkpoint as a C2SP signed note: the text, an empty line, and the signature line."""
    signature = bytes.fromhex(checkpoint.key_id) + base64.b64decode(checkpoint.signature)
    return f"{checkpoint.note}\n— {_origin(checkpoint)} {base64.b64encode(signature).decode()}\n"


def tree_fault(checkpoint: Checkpoint, *, root: str | None) -> str:
    """How `checkpoint` disagrees with a tree that had `root` at its size (None: never had that size), or ""."""
    if root is None:
        return "the log never had that size"
    return "" if root == checkpoint.root else f"its root is {checkpoint.root}, the log gives {root}"


def note_faults(checkpoint: Checkpoint, *, keys: Sequence[Ed25519PublicKey]) -> list[str]:
    """What is wrong with the signed text of `checkpoint` itself, whatever the tree."""
    faults = []
    if not _says(checkpoint):
        faults.append("its signed text does not say its size, root and time")
    if not _is_signed(checkpoint, keys):
        faults.append(f"no given key made its signature (key id {checkpoint.key_id}): give the key that signed it")
    return faults


def verifier_key(origin: str, key: Ed25519PublicKey) -> str:
    """`key` under the name `origin` in the C2SP form: `name+id+base64`, as checkers of signed notes take it."""
    public = base64.b64encode(_ED25519 + key.public_bytes_raw()).decode()
    return f"{origin}+{key_id(origin, key)}+{public}"


def read_public_key(written: str) -> Ed25519PublicKey:
    """The key of a C2SP verifier key (`name+id+base64`), or of the base64 of its 32 bytes alone.

    Raises UnreadableKeyError.
    """
    stripped = written.strip()
    if len(stripped) == _KEY_LENGTH:
        return _public_key(stripped, prefix=b"")
    # Base64 has plus signs of its own: only the first two stand between the parts.
    origin, _, rest = stripped.partition("+")
    named, _, encoded = rest.partition("+")
    key = _public_key(encoded, prefix=_ED25519)
    if key_id(origin, key) != named:
        raise UnreadableKeyError("The key id is not that of this key and name: copy the whole line again.")
    return key


def key_id(origin: str, key: Ed25519PublicKey) -> str:
    """The C2SP signed-note id of `key` under the name `origin`, in hexadecimal."""
    digest = sha256(origin.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()
    return digest[:_KEY_ID_BYTES].hex()


def _public_key(encoded: str, *, prefix: bytes) -> Ed25519PublicKey:
    try:
        raw = base64.b64decode(encoded, validate=True)
        key = raw.removeprefix(prefix) if raw.startswith(prefix) else b""
        return Ed25519PublicKey.from_public_bytes(key)
    except ValueError:
        raise UnreadableKeyError("That is no public key: give what `aparte ledger key` prints.") from None


def _checkpoint(row: CheckpointRow) -> Checkpoint:
    return Checkpoint(
        id=row.id or 0,
        size=row.size,
        root=row.root,
        note=row.note,
        key_id=row.key_id,
        signature=row.signature,
        made_at=row.made_at,
    )


def _origin(checkpoint: Checkpoint) -> str:
    return checkpoint.note.partition("\n")[0]


def _says(checkpoint: Checkpoint) -> bool:
    lines = checkpoint.note.split("\n")
    try:
        root = base64.b64encode(bytes.fromhex(checkpoint.root)).decode()
    except ValueError:
        return False
    said = lines[1:3] == [str(checkpoint.size), root]
    return said and len(lines) > 3 and lines[3].startswith(f"at {instant(checkpoint.made_at)} by ")


def _is_signed(checkpoint: Checkpoint, keys: Sequence[Ed25519PublicKey]) -> bool:
    try:
        signature = base64.b64decode(checkpoint.signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    for key in keys:
        if key_id(_origin(checkpoint), key) != checkpoint.key_id:
            continue
        try:
            key.verify(signature, checkpoint.note.encode())
        except InvalidSignature:
            continue
        return True
    return False


def _check_line(origin: str) -> None:
    if not origin or any(mark.isspace() or mark == "+" for mark in origin):
        raise ValueError(f"The origin {origin!r} must be one word without spaces or plus signs.")
