"""Files that the person attaches: recognised by content, sealed under the person's key, named harmlessly."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Sealer
from records.enums import Speaker
from records.models import Actor
from records.refusals import RefusalError
from records.tables.people import IdentityRow
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from room.attachments.file_types import file_type_of
from room.conversation.messages import post_message
from room.ledger_entries import log_room

MOST_BYTES = 5 * 1024 * 1024
MOST_FILES = 10
"""Files that one room takes."""
MOST_A_MINUTE = 5
_LARGEST_ID = 2**31


class FileRefusal(StrEnum):
    """Why a file is refused; the value names a text of the pages."""

    NONE = "file_missing"
    TOO_LARGE = "file_too_large"
    TOO_MANY = "file_too_many"
    UNKNOWN_KIND = "file_unknown_kind"


class RefusedFileError(RefusalError):
    """A file is refused."""

    def __init__(self, why: FileRefusal) -> None:
        super().__init__(why.value, code=why.value)
        self.why = why


@runtime_checkable
class Unsealer(Protocol):
    """Decrypts what was encrypted for a person."""

    def unseal(self, subject: str, sealed: str) -> Mapping[str, str] | None:
        """The fields sealed for `subject`; None once their key is erased."""
        ...


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """A file that may be stored: its name cleaned, its type found in the content."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def checked_file(name: str, content: bytes) -> CheckedFile:
    """The file that was sent as `name`, checked. Pure; raises RefusedFileError."""
    if not content:
        raise RefusedFileError(FileRefusal.NONE)
    if len(content) > MOST_BYTES:
        raise RefusedFileError(FileRefusal.TOO_LARGE)
    kind = file_type_of(content)
    if kind is None:
        raise RefusedFileError(FileRefusal.UNKNOWN_KIND)
    return CheckedFile(name=clean_name(name, suffix=kind.suffix), media_type=kind.media_type, content=content)


def attach_file(
    session: Session,
    room_id: int,
    *,
    file: CheckedFile,
    comment: str,
    sealer: Sealer,
    actor: Actor,
    now: datetime,
) -> int:
    """Store a file that the person attached, with their comment; returns the file's id.

    Raises RefusedFileError where the room has its `MOST_FILES`, RoomStateError where it is over, and
    MessageTextError where the comment is too long.
    """
    message_id = post_message(
        session,
        room_id,
        author=Speaker.PERSON,
        text=comment if comment.strip() else file.name,
        agent_id=None,
        actor=actor,
        now=now,
        sealer=sealer,
    )
    # The message has locked the room, so that two files at once do not both take the last place.
    if _count(session, room_id) >= MOST_FILES:
        raise RefusedFileError(FileRefusal.TOO_MANY)
    row = session.get_one(RoomRow, room_id)
    sealed = sealer.seal(_subject(session, row), {"content": base64.b64encode(file.content).decode("ascii")})
    kept = RoomFileRow(
        room_id=room_id,
        message_id=message_id,
        name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        sealed=sealed.encode("ascii"),
    )
    session.add(kept)
    session.flush()
    body: dict[str, Json] = {
        "file": kept.id,
        "message": message_id,
        "type": kept.media_type,
        "bytes": kept.size,
        "sha256": kept.sha256,
    }
    personal = {"name": file.name}
    log_room(session, row, "file:attached", actor=actor, now=now, body=body, personal=personal, sealer=sealer)
    return kept.id or 0


def files_of(session: Session, room_id: int) -> Mapping[int, Sequence[RoomFileRow]]:
    """The files of a room by the message that they came with, without their content."""
    query = (
        select(RoomFileRow)
        .where(col(RoomFileRow.room_id) == room_id)
        .order_by(col(RoomFileRow.id))
        .options(defer(col(RoomFileRow.sealed)))  # type: ignore[arg-type]
    )
    found: dict[int, list[RoomFileRow]] = {}
    for row in session.execute(query).scalars():
        found.setdefault(row.message_id, []).append(row)
    return found


def open_file(session: Session, room_id: int, file_id: int, *, opener: Unsealer) -> CheckedFile | None:
    """A file of this room, decrypted; None where there is none, or its person's key is erased."""
    row = session.get(RoomFileRow, file_id) if 0 < file_id < _LARGEST_ID else None
    if row is None or row.room_id != room_id:
        return None
    subject = _subject(session, session.get_one(RoomRow, room_id))
    fields = opener.unseal(subject, row.sealed.decode("ascii"))
    if fields is None:
        return None
    return CheckedFile(name=row.name, media_type=row.media_type, content=base64.b64decode(fields["content"]))


def attached_within_a_minute(session: Session, room_id: int, *, now: datetime) -> int:
    """How many files were attached within the last minute."""
    query = (
        select(func.count())
        .select_from(RoomFileRow)
        .join(RoomMessageRow, col(RoomMessageRow.id) == col(RoomFileRow.message_id))
        .where(col(RoomFileRow.room_id) == room_id, col(RoomMessageRow.said_at) > now - timedelta(minutes=1))
    )
    return int(session.execute(query).scalar_one())


def _count(session: Session, room_id: int) -> int:
    query = select(func.count()).select_from(RoomFileRow).where(col(RoomFileRow.room_id) == room_id)
    return int(session.execute(query).scalar_one())


def _subject(session: Session, row: RoomRow) -> str:
    query = select(col(IdentityRow.subject)).where(col(IdentityRow.id) == row.identity_id)
    return str(session.execute(query).scalar_one())


MOST_NAME_CHARACTERS = 80
_REPLACED = str.maketrans(dict.fromkeys("<>:\"|?*%;=&$`'", "_"))
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})
_KEPT_SUFFIXES = {".jpg": (".jpg", ".jpeg")}


def clean_name(claimed: str, *, suffix: str) -> str:
    """`claimed` without folders, control and direction characters, with the suffix of the content's type.

    A name with the suffix of another type gets the true one: `factura.exe` that holds a picture is `factura.png`.
    """
    last = claimed[-4_096:].replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] not in "C")
    plain = " ".join(plain.translate(_REPLACED).split()).strip(". ")
    stem = plain
    for kept in _KEPT_SUFFIXES.get(suffix, (suffix,)):
        if plain.lower().endswith(kept):
            stem, suffix = plain[: -len(kept)], plain[-len(kept) :]
            break
    else:
        stem = _without_suffix(plain)
    stem = stem[: MOST_NAME_CHARACTERS - len(suffix)].strip(". ") or "archivo"
    if stem.lower().partition(".")[0] in _DEVICES:
        stem = f"_{stem}"
    return stem + suffix


def content_disposition(name: str) -> str:
    """The Content-Disposition that makes a browser save under `name` instead of showing it (RFC 6266)."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace("\\", "_")
    plain = "".join(sign if sign.isalnum() or sign in "._- ()" else "_" for sign in ascii_name) or "archivo"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _without_suffix(name: str) -> str:
    stem, dot, last = name.rpartition(".")
    return stem if dot and stem and 1 <= len(last) <= 5 and last.isalnum() else name
