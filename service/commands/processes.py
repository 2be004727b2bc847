"""`aparte dashboard`, `aparte room` and `aparte webhooks`: the processes with an address."""

from __future__ import annotations

import importlib
import socket
from typing import Annotated

import typer
import uvicorn

from people.master_key import derive
from room.verification.ports import VerificationPorts
from room.web.app import make_app
from room.web.context import RoomContext
from service.commands.failures import Failure
from service.commands.options import Config, configured_app
from service.operations.child_processes import listening_line
from service.private_room.room_app import TrainingLabels, hours_of
from service.wiring.app import App

HOST = "127.0.0.1"
WEBHOOKS_PORT = 8503
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Left out: as in the settings.")]
WebhooksPort = Annotated[int, typer.Option(min=0, max=65535)]


def add_to(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("dashboard")(dashboard)
    app.command("room")(room)
    app.command("webhooks")(webhooks)


def dashboard(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the dashboard for agents, marketing and compliance."""
    with configured_app(config) as app:
        # By name: the dashboard stands above the service, and nothing imports upward.
        application = importlib.import_module("dashboard.app").make_app(app)
        wished = port if port is not None else app.settings.document.service.dashboard_port
        _serve("dashboard", application, host, wished)


def room(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the private rooms."""
    with configured_app(config) as app:
        wished = port if port is not None else app.settings.document.service.room_port
        _serve("rooms", room_app(app), host, wished, proxy_headers=False)


def webhooks(*, config: Config = None, port: WebhooksPort = WEBHOOKS_PORT, host: str = HOST) -> None:
    """Take what networks deliver by webhook, at /webhooks/ACCOUNT."""
    with configured_app(config) as app:
        # Not at import: no other command needs it.
        from service.intake.webhooks import make_webhooks  # noqa: PLC0415

        _serve("webhooks", make_webhooks(app), host, port)


def room_app(app: App) -> object:
    """The web application of the private rooms."""
    # Not at import: no other command needs what verifies a sign-in.
    from service.private_room.oidc import sign_in_of  # noqa: PLC0415

    return make_app(
        RoomContext(
            engine=app.engine,
            room_key=app.room_key,
            sealer=app.encryption,
            clock=app.clock.now,
            brand_of=app.brand_of,
            secure_cookies=app.public_url.startswith("https://"),
            brands=tuple(app.settings.brands.values()),
            proof=VerificationPorts(
                records_key=derive(app.master_key, "customer-keys"),
                code_key=derive(app.master_key, "proof-codes"),
                sign_in=sign_in_of(app.settings),
            ),
            label_sink=TrainingLabels(),
            hours_of=hours_of(app),
            source_header=app.settings.document.service.room_source_header,
        )
    )


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
