"""`aparte dashboard`, `aparte room` and `aparte webhooks`: the processes with an address."""

from __future__ import annotations

import importlib
import socket
from typing import Annotated

import typer
import uvicorn

from people.master_key import derive
from room.proof_ports import ProofPorts
from room.web import make_app
from service.children import listening
from service.commands.failures import Failure
from service.commands.options import Config, house_of
from service.house import House
from service.proof_labels import ProofLabels
from service.room_hours import hours_of

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
    with house_of(config) as house:
        # By name: the dashboard stands above the service, and nothing imports upward.
        application = importlib.import_module("dashboard.app").make_app(house)
        wished = port if port is not None else house.settings.document.service.dashboard_port
        _serve("dashboard", application, host, wished)


def room(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the private rooms."""
    with house_of(config) as house:
        wished = port if port is not None else house.settings.document.service.room_port
        _serve("rooms", room_app(house), host, wished, proxy_headers=False)


def webhooks(*, config: Config = None, port: WebhooksPort = WEBHOOKS_PORT, host: str = HOST) -> None:
    """Take what networks deliver by webhook, at /webhooks/ACCOUNT."""
    with house_of(config) as house:
        # Not at import: no other command needs it.
        from service.webhooks import make_webhooks  # noqa: PLC0415

        _serve("webhooks", make_webhooks(house), host, port)


def room_app(house: House) -> object:
    """The web application of the private rooms."""
    # Not at import: no other command needs what verifies a sign-in.
    from service.oidc import sign_in_of  # noqa: PLC0415

    return make_app(
        engine=house.engine,
        room_key=house.room_key,
        sealer=house.vault,
        clock=house.clock.now,
        brand_of=house.brand_of,
        secure_cookies=house.public_url.startswith("https://"),
        brands=tuple(house.settings.brands.values()),
        proof=ProofPorts(
            records_key=derive(house.master_key, "customer-keys"),
            code_key=derive(house.master_key, "proof-codes"),
            sign_in=sign_in_of(house.settings),
        ),
        learner=ProofLabels(),
        hours_of=hours_of(house),
        source_header=house.settings.document.service.room_source_header,
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
            typer.echo(listening(self._what, f"http://{f'[{host}]' if ':' in host else host}:{port}"))


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
