"""Reads the form with a file (multipart/form-data, RFC 7578) from a body whose size is bounded already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 8
_MOST_FIELD_BYTES = 64 * 1024
ROUND_A_FILE = 96 * 1024
"""Bytes of a form beside its file: fields, and what stands between the parts."""


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
