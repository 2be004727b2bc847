"""The conversation of a room as a text file to download. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from records.enums import MessageVia, Speaker
from records.models import Brand
from records.tables.room import RoomFileRow, RoomMessageRow
from room.wordings import Words, brand_name

# Direction marks, and control characters that a terminal obeys.
_DROPPED = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_INDENT = "    "


def transcript(
    words: Words,
    brand: Brand,
    reference: str,
    said: Sequence[RoomMessageRow],
    files: Mapping[int, Sequence[RoomFileRow]],
    *,
    now: datetime,
) -> str:
    """The conversation, oldest message first, with times in the brand's zone.

    Every line of a message is indented, so that none can be mistaken for a heading. `files` are by message id.
    """
    zone = ZoneInfo(brand.timezone)
    head = [
        words["transcript_title"].format(brand=brand_name(brand)),
        f"{words['reference']}: {reference}",
        words["transcript_made"].format(moment=_moment(now, zone), zone=brand.timezone),
        words["transcript_masked"],
        "",
    ]
    return "\n".join([*head, *(line for each in said for line in _lines(words, brand, each, files, zone))]) + "\n"


def speaker_of(words: Words, brand: Brand, message: RoomMessageRow) -> str:
    """The author as the page names them: the person, the team, or the automatic service."""
    if message.author == Speaker.PERSON:
        return words["you_by_email"] if message.via == MessageVia.EMAIL else words["you"]
    if message.author == Speaker.AGENT:
        return words["team"].format(brand=brand_name(brand))
    return words["automatic"]


def _lines(
    words: Words, brand: Brand, message: RoomMessageRow, files: Mapping[int, Sequence[RoomFileRow]], zone: ZoneInfo
) -> list[str]:
    text = message.text.translate(_DROPPED)
    return [
        f"[{_moment(message.said_at, zone)}] {speaker_of(words, brand, message)}",
        *(f"{_INDENT}{line}" for line in text.splitlines()),
        *(f"{_INDENT}{words['file']}: {file.name}" for file in files.get(message.id or 0, ())),
        "",
    ]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
