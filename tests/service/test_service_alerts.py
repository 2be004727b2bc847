"""A person is told once, by real mail and a real webhook, and a dead server never stops who tells."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailBox

from service.notifications.alerts import Alerts
from service.operations.child_processes import free_port
from service.wiring.settings import Settings, settings_from
from service.wiring.settings_document import AlertSettings, Document, SmtpSettings

NOBODY = 9
"""The discard port: nothing listens there."""


class Letters(MailBox):
    """Keeps the mail that arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.kept.append(message)


class Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, Hook)
        server.told.append(json.loads(body))
        self.send_response(server.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


class Hook(HTTPServer):
    """A webhook that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.told: list[dict[str, str]] = []
        self.answer = 204


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def mail_port(letters: Letters) -> Iterator[int]:
    port = free_port()
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings_for(
    *, mail_port: int | None = None, hook_port: int | None = None, smtp: Mapping[str, object] = MappingProxyType({})
) -> Settings:
    told = {"host": "127.0.0.1", "sender": "aparte@marca.example", "starttls": False, "port": mail_port}
    document = Document(
        alerts=AlertSettings(
            email_to=["ana@marca.example", "ben@marca.example"],
            webhook=f"http://127.0.0.1:{hook_port}/alerts" if hook_port else "",
        ),
        smtp=SmtpSettings.model_validate({**told, **smtp}) if mail_port else None,
    )
    return settings_from(document, folder=Path(), secrets={}, path=Path("aparte.toml"))


def test_an_alert_reaches_the_mail_and_the_webhook(letters: Letters, mail_port: int, hook: Hook) -> None:
    alerts = Alerts(settings_for(mail_port=mail_port, hook_port=hook.server_port))
    assert alerts.raise_once("step-listen", "The step has failed: see the log.") is True
    (mail,) = letters.kept
    assert (mail["Subject"], mail["From"]) == ("Aparte: step-listen", "aparte@marca.example")
    assert mail["To"] == "ana@marca.example, ben@marca.example"
    assert "The step has failed" in mail.as_string()
    assert hook.told == [{"alert": "step-listen", "text": "The step has failed: see the log."}]


def test_an_alert_is_told_once_until_it_is_cleared(letters: Letters, mail_port: int, hook: Hook) -> None:
    alerts = Alerts(settings_for(mail_port=mail_port, hook_port=hook.server_port))
    assert [alerts.raise_once("a", "x"), alerts.raise_once("a", "y"), alerts.raise_once("b", "z")] == [
        True,
        False,
        True,
    ]
    alerts.clear("a")
    alerts.clear("never raised")
    assert alerts.raise_once("a", "again") is True
    assert [told["text"] for told in hook.told] == ["x", "z", "again"]
    assert len(letters.kept) == 3


def test_many_threads_tell_an_alert_once(hook: Hook) -> None:
    alerts = Alerts(settings_for(hook_port=hook.server_port))
    threads = [threading.Thread(target=alerts.raise_once, args=("a", "x")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hook.told) == 1


@pytest.mark.parametrize("status", [404, 500])
def test_a_webhook_that_refuses_does_not_stop_the_mail(
    status: int, letters: Letters, mail_port: int, hook: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    hook.answer = status
    assert Alerts(settings_for(mail_port=mail_port, hook_port=hook.server_port)).raise_once("a", "x") is True
    assert len(letters.kept) == 1
    assert "alert webhook failed" in capsys.readouterr().out


def test_dead_servers_are_logged_and_stop_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    assert Alerts(settings_for(mail_port=NOBODY, hook_port=NOBODY)).raise_once("a", "x") is True
    assert time.monotonic() - started < 5
    logged = capsys.readouterr().out
    assert "alert mail failed" in logged
    assert "alert webhook failed" in logged


@pytest.mark.parametrize("smtp", [{"starttls": True}, {"username": "aparte"}], ids=["no TLS there", "no sign-in there"])
def test_a_mail_server_that_will_not_do_stops_nobody(smtp: dict[str, object], letters: Letters, mail_port: int) -> None:
    settings = replace(settings_for(mail_port=mail_port, smtp=smtp), secrets={"APARTE_SMTP_PASSWORD": "hush"})
    assert Alerts(settings).raise_once("a", "x") is True
    assert letters.kept == []


def test_a_missing_mail_password_stops_nobody_and_is_logged(mail_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert Alerts(settings_for(mail_port=mail_port, smtp={"username": "aparte"})).raise_once("a", "x") is True
    assert "alert mail failed" in capsys.readouterr().out


def test_hostile_alert_keys_cannot_add_headers(letters: Letters, mail_port: int) -> None:
    alerts = Alerts(settings_for(mail_port=mail_port))
    assert alerts.raise_once("a\r\nBcc: eve@evil.example", "x") is True
    assert all("Bcc" not in mail for mail in letters.kept)


def test_without_mail_or_webhook_an_alert_is_still_logged(capsys: pytest.CaptureFixture[str]) -> None:
    assert Alerts(settings_for()).raise_once("a", "Look at this.") is True
    assert "Look at this." in capsys.readouterr().out
