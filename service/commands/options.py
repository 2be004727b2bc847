"""What many commands share: options, the opened `App`, signals, and who does what a command asks for."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from records.database import reading
from records.models import Actor
from service.commands.failures import Failure, reported
from service.desk.agents import agent_with_password
from service.operations.process import set_up_logs
from service.wiring.app import App, open_app
from service.wiring.settings import Settings, default_settings_path, load_settings

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file; left out: aparte.toml here, or that of a demo here.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def configured_settings(config: Path | None) -> Settings:
    """The settings that a command was given. Raises Failure where they cannot be used."""
    with reported():
        settings = load_settings(config or default_settings_path())
    set_up_logs(settings.document.service.log)
    return settings


@contextmanager
def configured_app(config: Path | None) -> Iterator[App]:
    """The app that a command works in. Raises Failure for whatever a person can mend."""
    settings = configured_settings(config)
    with reported():
        app = open_app(settings)
        try:
            yield app
        finally:
            app.close()


def leave_on_sigterm() -> None:
    """Leave by SystemExit when asked to end, so that every `with` ends what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set, so that a service can end cleanly."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


Who = Annotated[str, typer.Option("--as", help="E-mail of the person who does it.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for where left out.")]


def signed_in_actor(app: App, email: str, password: str) -> Actor:
    """The person who signs in so. Raises Failure for a wrong password and an unknown person alike."""
    with reading(app.engine) as session:
        agent = agent_with_password(session, email, password)
    if agent is None:
        raise Failure("E-mail or password is wrong.")
    return agent.actor
