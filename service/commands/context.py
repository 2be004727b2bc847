"""What a command works in: the settings, the opened `App`, and the person who signs in for an act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from records.database import reading
from records.models import Actor
from service.commands.failures import Failure, reported
from service.desk.agents import agent_with_password
from service.operations.process import set_up_logs
from service.wiring.app import App, open_app
from service.wiring.settings import Settings, default_settings_path, load_settings


def configured_settings(config: Path | None) -> Settings:
    """The settings that a command was given. Raises Failure where they cannot be used."""
    with reported():
        settings = load_settings(config or default_settings_path())
    set_up_logs(settings.document.service.log)
    return settings


@contextmanager
def configured_app(config: Path | None) -> Iterator[App]:
    """The app of the settings, closed afterwards. Raises Failure for whatever a person can mend."""
    settings = configured_settings(config)
    with reported():
        app = open_app(settings)
        try:
            yield app
        finally:
            app.close()


def signed_in_actor(app: App, email: str, password: str) -> Actor:
    """The person who signs in so. Raises Failure for a wrong password and an unknown person alike."""
    with reading(app.engine) as session:
        agent = agent_with_password(session, email, password)
    if agent is None:
        raise Failure("E-mail or password is wrong.")
    return agent.actor
