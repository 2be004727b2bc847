"""`aparte dashboard`, `aparte room`, `aparte webhooks` and `aparte mailroom`: the processes with an address.

Each needs other libraries, and imports them when it runs.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import importlib
import socket
from typing import Annotated

import typer
import uvicorn

from service.commands.context import configured_app
from service.commands.failures import Failure
from service.commands.options import Config
from service.operations.child_processes import listening_line
from service.operations.process import stop_on_signals

HOST = "127.0.0.1"
WEBHOOKS_PORT = 8503
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Left out: as in the settings.")]
WebhooksPort = Annotated[int, typer.Option(min=0, max=65535)]
MailPort = Annotated[int | None, typer.Option(min=1, max=65535, help="Left out: as in the settings.")]


def dashboard(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the dashboard for agents, marketing and compliance."""
    with configured_app(config) as app:
        # By name: the dashboard stands above the service, and nothing imports upward.
        application = importlib.import_module("dashboard.app").make_app(app)
        wished = port if port is not None else app.settings.document.service.dashboard_port
        _serve("dashboard", application, host, wished)


def room(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the private rooms."""
    from service.private_room.room_app import room_app

    with configured_app(config) as app:
        wished = port if port is not None else app.settings.document.service.room_port
        _serve("rooms", room_app(app), host, wished, proxy_headers=False)


def webhooks(*, config: Config = None, port: WebhooksPort = WEBHOOKS_PORT, host: str = HOST) -> None:
    """Take what networks deliver by webhook, at /webhooks/ACCOUNT."""
    from service.intake.webhooks import make_webhooks

    with configured_app(config) as app:
        _serve("webhooks", make_webhooks(app), host, port)


def mailroom(*, config: Config = None, port: MailPort = None) -> None:
    """Take answers to notices by SMTP, at the address that the settings name.

    Runs until it is told to end.
    """
    from service.notifications.inbound_email import inbound_email_server

    with configured_app(config) as app:
        settings = app.settings.document.replies_by_email
        if settings is None:
            raise Failure("Nothing says where answers arrive: write [replies_by_email] domain into the settings.")
        wished = settings.model_copy(update={"port": port}) if port is not None else settings
        server = inbound_email_server(app, wished)
        try:
            server.start()
        except OSError as error:
            raise Failure(f"Port {wished.port} is taken: end what listens there, or choose another.") from error
        stop = stop_on_signals()
        typer.echo(listening_line("mailroom", f"smtp://{server.hostname}:{server.port}"))
        stop.wait()
        server.stop()


class _Announced(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, what: str) -> None:
        super().__init__(config)
        self._what = what

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            host, port = server.sockets[0].getsockname()[:2]
            typer.echo(listening_line(self._what, f"http://{f'[{host}]' if ':' in host else host}:{port}"))


def _serve(what: str, application: object, host: str, port: int, *, proxy_headers: bool = True) -> None:
    # The rooms believe no header that the settings do not name: else who guesses at codes could choose an address.
    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
        proxy_headers=proxy_headers,
    )
    try:
        _Announced(config, what).run()
    except SystemExit as error:
        raise Failure(f"Port {port} is taken: end what listens there, or choose another with --port.") from error
