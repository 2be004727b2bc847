"""Reads request bodies of bounded size before a handler runs, and the forms in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


MOST_BYTES = 64 * 1024
_BODY = "aparte.body"


class BodyTooLargeError(ValueError):
    """The form is larger than `MOST_BYTES`."""


class BoundedBody:
    """Buffers at most `most_bytes`, or what `larger` gives a path; of a larger body nothing is kept."""

    def __init__(self, app: ASGIApp, *, most_bytes: int = MOST_BYTES, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            scope[_BODY] = await _read(receive, self._larger.get(scope["path"], self._most_bytes))
        await self._app(scope, receive, send)


def body_of(request: Request) -> bytes | None:
    """The body of a POST as it came; None where it was larger than is taken, or broke off."""
    body: bytes | None = request.scope.get(_BODY)
    return body


def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form as browsers send it without a file; the first value of each name.

    Raises BodyTooLargeError.
    """
    body = body_of(request)
    if body is None:
        raise BodyTooLargeError(f"A form may have {MOST_BYTES} bytes.")
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def form_or_empty(request: Request) -> Mapping[str, str]:
    """The fields of a form as `form_of` reads them; none where it is too large."""
    try:
        return form_of(request)
    except BodyTooLargeError:
        return {}


async def _read(receive: Receive, most_bytes: int) -> bytes | None:
    kept = bytearray()
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= most_bytes:
            kept += chunk
        if not message.get("more_body", False):
            return bytes(kept) if size <= most_bytes else None


MOST_PARTS = 8
_MOST_FIELD_BYTES = 64 * 1024
ROUND_A_FILE = 96 * 1024
"""Bytes of a form beside its file: fields and boundaries."""


class UnreadableFormError(ValueError):
    """The body is no form that a browser sends."""


@dataclass(frozen=True, kw_only=True)
class FileForm:
    """What a form with one file held."""

    fields: Mapping[str, str]
    name: str
    """As the browser claims it; empty where no file was chosen."""
    content: bytes = field(repr=False)


def read_file_form(content_type: str, body: bytes) -> FileForm:
    """The first file of a form and its fields. Raises UnreadableFormError; never anything else."""
    kind, options = parse_options_header(content_type.encode("latin-1", "replace"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 200:
        raise UnreadableFormError("The form came without its parts.")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks(), max_size=len(body) + 1)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError, IndexError, KeyError) as error:
        raise UnreadableFormError("The form cannot be read.") from error
    return parts.form()


class _Parts:
    """Gathers the parts as the parser meets them."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._name = ""
        self._content = b""
        self._has_file = False
        self._count = 0
        self._disposition = b""
        self._header = bytearray()
        self._value = bytearray()
        self._data = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end,
        }

    def form(self) -> FileForm:
        return FileForm(fields=self._fields, name=self._name, content=self._content)

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise UnreadableFormError("The form has too many parts.")
        self._disposition = b""
        self._data = bytearray()

    def _end_header(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        _, options = parse_options_header(self._disposition)
        called = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            if not self._has_file:
                self._has_file = True
                self._name = options[b"filename"].decode("utf-8", "replace")
                self._content = bytes(self._data)
        elif len(self._data) <= _MOST_FIELD_BYTES:
            self._fields.setdefault(called, self._data.decode("utf-8", "replace"))
