"""Routes for files: attach one, download one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from room.attachments.files import (
    MOST_A_MINUTE,
    RefusedFileError,
    Unsealer,
    attach_file,
    attached_within_a_minute,
    checked_file,
    content_disposition,
    open_file,
)
from room.conversation.messages import MOST_CHARACTERS, MessageTextError, normalise_message
from room.lifecycle import PERSON, visible_since
from room.web.browser_session import current_room, extend_session_cookie, is_cross_site, refusal_response, room_address
from room.web.context import RoomContext
from room.web.forms import FileForm, UnreadableFormError, body_of, read_file_form
from room.web.pages.conversation import DONE_PARAMETER, FormError, show_conversation

FILES_PATH = "/room/files"
DOWNLOAD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_ANY = "application/octet-stream"


def files_routes(context: RoomContext) -> list[Route]:
    """Where files come in, and go out again to whoever attached them."""
    handlers = _FilesHandlers(context)
    return [
        Route(FILES_PATH, handlers.attach, methods=["POST"]),
        Route(FILES_PATH + "/{file_id:int}", handlers.download, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _FilesHandlers:
    context: RoomContext

    def attach(self, request: Request) -> Response:
        """Keep a file, or say why not."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        now = self.context.clock()
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            often = attached_within_a_minute(session, room.id or 0, now=now) >= MOST_A_MINUTE
        form, wrong = _form(request)
        comment = form.fields.get("text", "") if form is not None else ""
        if often:
            wrong = "said_too_often"
        elif comment.strip() and not _is_sayable(comment):
            wrong = "said_too_much"
        if form is not None and not wrong:
            try:
                file = checked_file(form.name, form.content)
                with writing(self.context.engine) as session:
                    room = current_room(self.context, session, request, now=now)
                    if room is None:
                        return refusal_response(request, "outside", status=403)
                    sealer = self.context.sealer
                    attach_file(session, room.id or 0, file=file, comment=comment, sealer=sealer, actor=PERSON, now=now)
                    answer = RedirectResponse(f"{room_address(room)}&{DONE_PARAMETER}=file#end", status_code=303)
                    extend_session_cookie(self.context, request, answer, room, now=now)
            except RefusedFileError as refusal:
                wrong = refusal.why.value
            else:
                return answer
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            mending = FormError(form="file", why=wrong, typed=comment[:MOST_CHARACTERS])
            return show_conversation(self.context, session, request, room, now=now, mending=mending)[0]

    def download(self, request: Request) -> Response:
        """A file of this room, to be saved and never shown."""
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=self.context.clock())
            if room is None:
                return refusal_response(request, "outside", status=403)
            opener = self.context.sealer
            file_id = request.path_params["file_id"]
            found = None
            if isinstance(opener, Unsealer) and _may_see(session, room, file_id):
                found = open_file(session, room.id or 0, file_id, opener=opener)
        if found is None:
            return refusal_response(request, "unknown", status=404)
        headers = {**DOWNLOAD_HEADERS, "Content-Disposition": content_disposition(found.name)}
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
        normalise_message(comment)
    except MessageTextError:
        return False
    return True


def _may_see(session: Session, room: RoomRow, file_id: int) -> bool:
    """False where the file came before what this browser may read."""
    since = visible_since(room)
    if since is None:
        return True
    file = session.get(RoomFileRow, file_id) if file_id < 2**31 else None
    message = session.get(RoomMessageRow, file.message_id) if file is not None else None
    return message is not None and message.said_at >= since
