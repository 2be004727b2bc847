"""Alerts to staff: always in the log, and by e-mail or webhook where the settings say so."""

from __future__ import annotations

import smtplib
import threading
from email.message import EmailMessage

import requests
import structlog

from service.wiring.settings import Settings, SettingsError
from service.wiring.settings_document import SmtpSettings

SMTP_PASSWORD = "APARTE_SMTP_PASSWORD"  # noqa: S105 - the name of the secret, not the secret
TIMEOUT_SECONDS = 10

log = structlog.get_logger("aparte.alerts")


class Alerts:
    """Raises each alert once until it is cleared."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._raised: set[str] = set()
        self._lock = threading.Lock()

    def raise_once(self, key: str, message: str) -> bool:
        """Tell a person, unless this alert is already raised. Returns whether it was told.

        A mail server or webhook that does not answer is logged; it never stops the caller.
        """
        with self._lock:
            if key in self._raised:
                return False
            self._raised.add(key)
        log.warning("alert", alert=key, message=message)
        self._post(key, message)
        self._mail(key, message)
        return True

    def raise_or_clear(self, key: str, message: str) -> None:
        """Raise it once where there is something to say; an empty message clears it."""
        if message:
            self.raise_once(key, message)
        else:
            self.clear(key)

    def clear(self, key: str) -> None:
        """The cause is gone: the next time it is raised again."""
        with self._lock:
            self._raised.discard(key)

    def _post(self, key: str, message: str) -> None:
        address = self._settings.document.alerts.webhook
        if not address:
            return
        try:
            answer = requests.post(address, json={"alert": key, "text": message}, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
        except requests.RequestException as error:
            log.warning("alert webhook failed", alert=key, error=type(error).__name__)

    def _mail(self, key: str, message: str) -> None:
        smtp, recipients = self._settings.document.smtp, self._settings.document.alerts.email_to
        if smtp is None or not recipients:
            return
        mail = EmailMessage()
        subject = " ".join(f"Aparte: {key}".split())
        mail["Subject"], mail["From"], mail["To"] = subject, smtp.sender, ", ".join(recipients)
        mail.set_content(message)
        try:
            self._send(smtp, mail)
        except (OSError, smtplib.SMTPException, SettingsError) as error:
            log.warning("alert mail failed", alert=key, error=type(error).__name__)

    def _send(self, smtp: SmtpSettings, mail: EmailMessage) -> None:
        with smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS) as server:
            if smtp.starttls:
                server.starttls()
            if smtp.username:
                server.login(smtp.username, self._settings.secret(SMTP_PASSWORD))
            server.send_message(mail)
