"""`aparte dashboard`, `aparte room` and `aparte webhooks`: the processes with an address."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer
import uvicorn

from room.web import make_app
from service.commands.failures import Failure
from service.commands.options import Config, house_of
from service.house import House

HOST = "127.0.0.1"
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Left out: as in the settings.")]


def add_to(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("dashboard")(dashboard)
    app.command("room")(room)


def dashboard(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the dashboard for agents, marketing and compliance."""
    with house_of(config) as house:
        # By name: the dashboard stands above the service, and nothing imports upward.
        application = importlib.import_module("dashboard.app").make_app(house)
        _serve(application, host, port if port is not None else house.settings.document.service.dashboard_port)


def room(*, config: Config = None, port: Port = None, host: str = HOST) -> None:
    """Serve the private rooms."""
    with house_of(config) as house:
        _serve(room_app(house), host, port if port is not None else house.settings.document.service.room_port)


def room_app(house: House) -> object:
    """The web application of the private rooms."""
    return make_app(
        engine=house.engine,
        room_key=house.room_key,
        sealer=house.vault,
        clock=house.clock.now,
        brand_of=house.brand_of,
        secure_cookies=house.public_url.startswith("https://"),
    )


def _serve(application: object, host: str, port: int) -> None:
    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    try:
        uvicorn.Server(config).run()
    except SystemExit as error:
        raise Failure(f"Port {port} is taken: end what listens there, or choose another with --port.") from error
