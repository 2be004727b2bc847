"""The doors for files: attach one, and take one back as a download."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from room.bodies import body_of
from room.conversation import MOST_CHARACTERS, UnsayableError, said_text
from room.conversation_page import Mending
from room.conversation_shown import DONE, show
from room.conversation_visits import address_of, keep_room, room_here
from room.files import MOST_A_MINUTE, Opener, RefusedFileError, attach, attached_lately, checked_file, open_file
from room.files_form import FileForm, UnreadableFormError, read_file_form
from room.files_names import attachment
from room.premises import Premises
from room.rooms import PERSON, hidden_before
from room.visits import comes_from_elsewhere, refused

FILES_PATH = "/room/files"
DOWNLOAD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_ANY = "application/octet-stream"


def files_routes(premises: Premises) -> list[Route]:
    """Where files come in, and go out again to whoever attached them."""
    doors = _FilesDoors(premises)
    return [
        Route(FILES_PATH, doors.attach, methods=["POST"]),
        Route(FILES_PATH + "/{file_id:int}", doors.download, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _FilesDoors:
    premises: Premises

    def attach(self, request: Request) -> Response:
        """Keep a file, or say why not."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.premises.clock()
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            often = attached_lately(session, room.id or 0, now=now) >= MOST_A_MINUTE
        form, wrong = _form(request)
        comment = form.fields.get("text", "") if form is not None else ""
        if often:
            wrong = "said_too_often"
        elif comment.strip() and not _is_sayable(comment):
            wrong = "said_too_much"
        if form is not None and not wrong:
            try:
                file = checked_file(form.name, form.content)
                with writing(self.premises.engine) as session:
                    room = room_here(self.premises, session, request, now=now)
                    if room is None:
                        return refused(request, "outside", status=403)
                    sealer = self.premises.sealer
                    attach(session, room.id or 0, file=file, comment=comment, sealer=sealer, actor=PERSON, now=now)
                    answer = RedirectResponse(f"{address_of(room)}&{DONE}=file#end", status_code=303)
                    keep_room(self.premises, request, answer, room, now=now)
            except RefusedFileError as refusal:
                wrong = refusal.why.value
            else:
                return answer
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            mending = Mending(form="file", why=wrong, typed=comment[:MOST_CHARACTERS])
            return show(self.premises, session, request, room, now=now, mending=mending)[0]

    def download(self, request: Request) -> Response:
        """A file of this room, to be saved and never shown."""
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=self.premises.clock())
            if room is None:
                return refused(request, "outside", status=403)
            opener = self.premises.sealer
            file_id = request.path_params["file_id"]
            found = None
            if isinstance(opener, Opener) and _may_see(session, room, file_id):
                found = open_file(session, room.id or 0, file_id, opener=opener)
        if found is None:
            return refused(request, "unknown", status=404)
        headers = {**DOWNLOAD_HEADERS, "Content-Disposition": attachment(found.name)}
        return Response(found.content, media_type=_ANY, headers=headers)


def _form(request: Request) -> tuple[FileForm | None, str]:
    """The form, or the name of what is wrong with it."""
    body = body_of(request)
    if body is None:
        return None, "file_too_large"
    try:
        return read_file_form(request.headers.get("content-type", ""), body), ""
    except UnreadableFormError:
        return None, "file_unreadable"


def _is_sayable(comment: str) -> bool:
    try:
        said_text(comment)
    except UnsayableError:
        return False
    return True


def _may_see(session: Session, room: RoomRow, file_id: int) -> bool:
    """False where the file came before what this browser may read."""
    since = hidden_before(room)
    if since is None:
        return True
    file = session.get(RoomFileRow, file_id) if file_id < 2**31 else None
    message = session.get(RoomMessageRow, file.message_id) if file is not None else None
    return message is not None and message.said_at >= since
