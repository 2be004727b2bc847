"""Options that many commands share."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service.commands.failures import reported
from service.house import House, open_house
from service.logs import set_up_logs
from service.settings import Settings, default_settings_path, load_settings

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file; left out: aparte.toml here, or that of a demo here.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def settings_of(config: Path | None) -> Settings:
    """The settings that a command was given. Raises Failure where they cannot be used."""
    with reported():
        settings = load_settings(config or default_settings_path())
    set_up_logs(settings.document.service.log)
    return settings


@contextmanager
def house_of(config: Path | None) -> Iterator[House]:
    """The house that a command works in. Raises Failure for whatever a person can mend."""
    settings = settings_of(config)
    with reported():
        house = open_house(settings)
        try:
            yield house
        finally:
            house.close()


def leave_on_sigterm() -> None:
    """Leave by SystemExit when asked to end, so that every `with` ends what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set, so that a service can end cleanly."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
