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
    """Buffers at most `MOST_BYTES`; of a larger body the rest is read away and nothing kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            scope[_BODY] = await _read(receive)
        await self._app(scope, receive, send)


def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form as browsers send it without a file; the first value of each name.

    Raises BodyTooLargeError.
    """
    body = request.scope.get(_BODY)
    if body is None:
        raise BodyTooLargeError(f"A form may have {MOST_BYTES} bytes.")
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


async def _read(receive: Receive) -> bytes | None:
    kept = bytearray()
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MOST_BYTES:
            kept += chunk
        if not message.get("more_body", False):
            return bytes(kept) if size <= MOST_BYTES else None
