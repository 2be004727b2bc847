"""`aparte mailroom`: takes answers to notices by SMTP."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from service.commands.failures import Failure
from service.commands.options import Config, configured_app
from service.operations.child_processes import listening_line

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Left out: as in the settings.")]


def add_to(app: typer.Typer) -> None:
    """Add this family's command."""
    app.command("mailroom")(mailroom)


def mailroom(*, config: Config = None, port: Port = None) -> None:
    """Take answers to notices by SMTP, at the address of [replies_by_email]; runs until it is told to end."""
    with configured_app(config) as app:
        settings = app.settings.document.replies_by_email
        if settings is None:
            raise Failure("Nothing says where answers arrive: write [replies_by_email] domain into the settings.")
        # Not at import: no other command needs it.
        from service.notifications.inbound_email import inbound_email_server  # noqa: PLC0415

        wished = settings.model_copy(update={"port": port}) if port is not None else settings
        door = inbound_email_server(app, wished)
        try:
            door.start()
        except OSError as error:
            raise Failure(f"Port {wished.port} is taken: end what listens there, or choose another.") from error
        ended = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: ended.set())
        typer.echo(listening_line("mailroom", f"smtp://{door.hostname}:{door.port}"))
        ended.wait()
        door.stop()
