"""Routes for files: attach one, download one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

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
from room.web.access import RefusedError, RoomRequest, in_room, open_room
from room.web.browser_session import extend_session_cookie, room_address
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

    def attach(self, http: Request) -> Response:
        """Keep a file, or say why not."""
        with open_room(self.context, http) as request:
            often = attached_within_a_minute(request.session, request.room_id, now=request.now) >= MOST_A_MINUTE
        form, wrong = _form(http)
        comment = form.fields.get("text", "") if form is not None else ""
        if often:
            wrong = "said_too_often"
        elif comment.strip() and not _is_sayable(comment):
            wrong = "said_too_much"
        if form is not None and not wrong:
            try:
                return self._attached(http, form, comment)
            except RefusedFileError as refusal:
                wrong = refusal.why.value
        with open_room(self.context, http) as request:
            error = FormError(form="file", why=wrong, typed=comment[:MOST_CHARACTERS])
            return show_conversation(request, error=error)[0]

    @in_room()
    def download(self, request: RoomRequest) -> Response:
        """A file of this room, to be saved and never shown."""
        unsealer = self.context.sealer
        file_id = request.http.path_params["file_id"]
        found = None
        if isinstance(unsealer, Unsealer) and _may_see(request.session, request.room, file_id):
            found = open_file(request.session, request.room_id, file_id, opener=unsealer)
        if found is None:
            raise RefusedError("unknown", status=404)
        headers = {**DOWNLOAD_HEADERS, "Content-Disposition": content_disposition(found.name)}
        return Response(found.content, media_type=_ANY, headers=headers)

    def _attached(self, http: Request, form: FileForm, comment: str) -> Response:
        file = checked_file(form.name, form.content)
        with open_room(self.context, http, write=True) as request:
            attach_file(
                request.session,
                request.room_id,
                file=file,
                comment=comment,
                sealer=self.context.sealer,
                actor=PERSON,
                now=request.now,
            )
            address = room_address(request.room)
            response = RedirectResponse(f"{address}&{DONE_PARAMETER}=file#end", status_code=303)
            extend_session_cookie(self.context, http, response, request.room, now=request.now)
        return response


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
