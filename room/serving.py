"""Serves the room over HTTP without ever writing an address, which holds the secret of a link, to a log."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette


def server_of(app: Starlette, *, host: str, port: int) -> uvicorn.Server:
    """A server that is ready to `run()`; `should_exit = True` stops it."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
            # Who sent a request is told by the header that the settings name, or by the connection.
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
