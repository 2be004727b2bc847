"""Reads the body of a request before a handler runs, so that handlers are plain functions."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

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
