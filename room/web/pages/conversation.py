"""The page of a conversation: messages, status, and what the person can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import HTMLResponse, Response

from records.enums import MessageVia, Speaker
from records.models import Brand
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from room.attachments.files import MOST_BYTES, MOST_FILES, files_of
from room.conversation.messages import MOST_CHARACTERS, messages
from room.conversation.opt_out import WITHOUT_PROOF
from room.conversation.status import BEST, WORST, ConversationState, ConversationStatus, conversation_status
from room.conversation.transcript import speaker_of
from room.lifecycle import visible_since
from room.privacy.masking import MASK
from room.web.access import RoomRequest
from room.web.browser_session import OtherRoom, case_reference, other_rooms, room_address
from room.web.rendering import render_page
from room.wordings import Words, brand_name, local_time

DONE_PARAMETER = "done"
"""The query parameter that names what was just done."""
CONFIRMED = frozenset({"human", "rating", "file"})
"""What the page confirms."""
_PATHS = ("", "/files", "/human", "/rating", "/transcript", "/proof", "/consent", "/out")
CLOSED_TODAY = "closed"
"""The value of `RoomContext.hours_of` for a day without hours."""


@dataclass(frozen=True, kw_only=True)
class FileView:
    """A file as it is listed."""

    name: str
    size: str
    address: str


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """One message as it is shown."""

    side: str
    """`person`, `agent` or `service`: how it looks."""
    speaker: str
    text: str
    at: str
    machine_time: str
    notes: tuple[str, ...]
    """What the page remarks about the message."""
    files: tuple[FileView, ...]


@dataclass(frozen=True, kw_only=True)
class ConversationView:
    """What the page shows of a room."""

    room: RoomRow
    reference: str
    said: Sequence[RoomMessageRow]
    files: Mapping[int, Sequence[RoomFileRow]]
    status: ConversationStatus
    hours: str
    """Of today, in figures; `CLOSED_TODAY`, or empty where nobody knows."""
    others: tuple[OtherRoom, ...]
    some_hidden: bool
    """Earlier messages wait until the person has proved again who they are."""
    at: datetime
    """When it is shown."""
    may_prove: bool
    """Being on file can be proved here, and has not been."""


@dataclass(frozen=True, kw_only=True)
class FormError:
    """What is wrong with a form that was sent."""

    form: str
    """`say`, `file` or `rate`."""
    why: str
    """Name of the text that says so."""
    typed: str = ""


def conversation_page(
    words: Words, brand: Brand, shown: ConversationView, *, error: FormError | None = None, done: str = ""
) -> HTMLResponse:
    """The conversation and its forms. `done` names what was just done."""
    room = shown.room
    figures = {"most": MOST_CHARACTERS, "megabytes": MOST_BYTES // (1024 * 1024), "files": MOST_FILES}
    return render_page(
        "conversation.html",
        words,
        status=400 if error else 200,
        brand=brand_name(brand),
        here=room_address(room),
        room=room,
        lines=[_message_view(words, brand, shown, message) for message in shown.said],
        conversation=shown.status,
        state=_state_text(words, brand, shown),
        promise=_promise(words, brand, shown),
        reference=shown.reference,
        others=shown.others,
        some_hidden=shown.some_hidden,
        may_prove=shown.may_prove,
        files_left=MOST_FILES - sum(len(found) for found in shown.files.values()),
        ratings=range(WORST, BEST + 1),
        may_rate=any(message.author == Speaker.AGENT for message in shown.said),
        at={path: room_address(room, f"/room{path}") for path in _PATHS},
        # A browser only scrolls to an address that it shows already: each page leads to one of its own.
        again=f"{room_address(room)}&at={int(shown.at.timestamp())}-{len(shown.said)}#end",
        figures=figures,
        error=error,
        wrong=words[error.why].format(**figures) if error else "",
        done=words[f"done_{done}"] if done in CONFIRMED else "",
    )


def _state_text(words: Words, brand: Brand, shown: ConversationView) -> tuple[str, str]:
    """The word for the state, and the sentence that explains it."""
    status = shown.status
    since = words.moment(local_time(status.since, brand)) if status.since else ""
    return words[f"turn_{status.state}"], words[f"turn_{status.state}_text"].format(since=since)


def _promise(words: Words, brand: Brand, shown: ConversationView) -> str:
    if shown.status.state in {ConversationState.SOLVED, ConversationState.CLOSED}:
        return ""
    parts = [words["promise"].format(wait=_span(words, timedelta(minutes=brand.private_wait_minutes)))]
    if shown.hours == CLOSED_TODAY:
        parts.append(words["closed_today"])
    elif shown.hours:
        parts.append(words["hours_today"].format(hours=shown.hours))
    return " ".join(parts)


def _span(words: Words, wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    if minutes < 60:
        return words["span_minute" if minutes == 1 else "span_minutes"].format(count=minutes)
    hours, over = divmod(minutes, 60)
    whole = words["span_hour" if hours == 1 else "span_hours"].format(count=hours)
    return whole if not over else words["span_both"].format(hours=whole, minutes=over)


def _message_view(words: Words, brand: Brand, shown: ConversationView, message: RoomMessageRow) -> MessageView:
    at = local_time(message.said_at, brand)
    files = shown.files.get(message.id or 0, ())
    return MessageView(
        side=message.author,
        speaker=speaker_of(words, brand, message),
        # The text of a file without a comment is its name.
        text="" if [message.text] == [file.name for file in files] else message.text,
        at=words.moment(at),
        machine_time=at.isoformat(timespec="seconds"),
        notes=_notes(words, message),
        files=tuple(_file_view(shown.room, file) for file in files),
    )


def _notes(words: Words, message: RoomMessageRow) -> tuple[str, ...]:
    notes = []
    if message.author == Speaker.PERSON and MASK in message.text:
        notes.append(words["masked"])
    if message.via == MessageVia.EMAIL:
        notes.append(words["unproven"])
    return tuple(notes)


def _file_view(room: RoomRow, file: RoomFileRow) -> FileView:
    size = f"{file.size / 1_048_576:.1f} MB" if file.size >= 1_048_576 else f"{max(1, round(file.size / 1024))} KB"
    return FileView(name=file.name, size=size, address=room_address(room, f"/room/files/{file.id}"))


def show_conversation(request: RoomRequest, *, error: FormError | None = None) -> tuple[Response, int]:
    """The page, and the id of the newest message on it; 0 where there is none."""
    context, session, room = request.context, request.session, request.room
    since = visible_since(room)
    said = messages(session, request.room_id, since=since)
    shown_ids = {message.id for message in said}
    shown = ConversationView(
        room=room,
        reference=case_reference(session, room),
        said=said,
        files={key: found for key, found in files_of(session, request.room_id).items() if key in shown_ids},
        status=conversation_status(session, room, said),
        hours=context.hours_of(room.account_id, request.now),
        others=other_rooms(context, session, request.http, room, now=request.now),
        some_hidden=since is not None and len(messages(session, request.room_id, most=len(said) + 1)) > len(said),
        at=request.now,
        may_prove=context.proof is not None and room.filed_at is None and room.turned_away_because not in WITHOUT_PROOF,
    )
    done = request.http.query_params.get(DONE_PARAMETER, "")
    page = conversation_page(request.words, request.brand, shown, error=error, done=done)
    return page, max((message.id or 0 for message in said), default=0)
