"""Sends codes and notices to people in rooms: e-mail by SMTP, text messages by a gateway that takes JSON."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol

import requests

from people.customers import Contact
from records.database import reading
from records.enums import ProofKind
from records.models import Brand
from room.notifications.queue import CODE, EMAIL, SMS, Notification, delivery_failure
from room.notifications.reply_address import reply_address
from room.notifications.texts import NotificationText, code_text, notice_text
from room.verification.one_time_code import one_time_code
from service.notifications.alerts import SMTP_PASSWORD, TIMEOUT_SECONDS, Alerts
from service.wiring.app import App
from service.wiring.settings import Settings, SettingsError
from service.wiring.settings_document import SmtpSettings

SMS_TOKEN = "APARTE_SMS_TOKEN"  # noqa: S105 - the name of the secret, not the secret

ReplyAddressOf = Callable[[Notification], str]
"""Where an answer to a notice is taken in; empty where none is."""


class NotificationError(Exception):
    """A notification was not accepted; the message names no person. `permanent` where a retry cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Transport(Protocol):
    """A channel that notifications are sent through."""

    def send(self, to: str, notification: Notification, text: NotificationText, *, now: datetime) -> None:
        """Send one notification. Raises NotificationError."""
        ...


@dataclass(frozen=True, kw_only=True)
class OutboundMessage:
    """Channel and address of a notification; `to` is empty where there is none."""

    way: str
    to: str
    proof: str
    """The `ProofKind` that typing its code proves."""


@dataclass(frozen=True, kw_only=True)
class SmtpTransport:
    """E-mail. A notification keeps its Message-ID, so that a mailbox may show a copy once."""

    smtp: SmtpSettings
    settings: Settings
    reply_address: ReplyAddressOf | None = None

    def send(self, to: str, notification: Notification, text: NotificationText, *, now: datetime) -> None:
        mail = self._mail(to, notification, text, now)
        try:
            with smtplib.SMTP(self.smtp.host, self.smtp.port, timeout=TIMEOUT_SECONDS) as server:
                if self.smtp.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.smtp.username:
                    server.login(self.smtp.username, self.settings.secret(SMTP_PASSWORD))
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _ in error.recipients.values()})
            raise NotificationError(f"refused ({codes[0]})", permanent=codes[0] >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise NotificationError(f"SMTP {error.smtp_code}", permanent=False) from error
        except (OSError, smtplib.SMTPException, SettingsError, ValueError) as error:
            raise NotificationError(type(error).__name__, permanent=False) from error

    def _mail(self, to: str, notification: Notification, text: NotificationText, now: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = text.subject, self.smtp.sender, to
        mail["Date"] = format_datetime(now)
        domain = parseaddr(self.smtp.sender)[1].rpartition("@")[2] or "localhost"
        mail["Message-ID"] = f"<{_idempotency_key(notification)}@{domain}>"
        # RFC 3834: no out-of-office answers.
        mail["Auto-Submitted"] = "auto-generated"
        answered_at = (
            self.reply_address(notification) if self.reply_address is not None and notification.kind != CODE else ""
        )
        if answered_at:
            mail["Reply-To"] = answered_at
        mail.set_content(text.body)
        return mail


@dataclass(frozen=True, kw_only=True)
class SmsTransport:
    """Text messages, by a gateway that is sent `{to, text}` and an idempotency key."""

    url: str
    token: str = ""

    def send(self, to: str, notification: Notification, text: NotificationText, *, now: datetime) -> None:  # noqa: ARG002 - as for all
        headers = {"Idempotency-Key": _idempotency_key(notification)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = requests.post(
                self.url,
                json={"to": to, "text": text.short},
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise NotificationError(type(error).__name__, permanent=False) from error
        if not answer.ok or answer.is_redirect:
            permanent = answer.status_code in {400, 404, 422}
            raise NotificationError(f"HTTP {answer.status_code}", permanent=permanent)


def transports_of(settings: Settings, *, reply_address: ReplyAddressOf | None = None) -> dict[str, Transport]:
    """The transports that the settings configure, by channel: `email`, `sms`."""
    posts: dict[str, Transport] = {}
    if settings.document.smtp is not None:
        posts[EMAIL] = SmtpTransport(smtp=settings.document.smtp, settings=settings, reply_address=reply_address)
    if settings.document.sms is not None:
        posts[SMS] = SmsTransport(url=settings.document.sms.url, token=settings.secrets.get(SMS_TOKEN, ""))
    return posts


def route_message(notification: Notification, contact: Contact | None, ways: frozenset[str]) -> OutboundMessage:
    """The channel of a notification: the one it was queued for, else the other that contact and settings allow."""
    known = {EMAIL: contact.email, SMS: contact.mobile} if contact is not None else {}
    wished = (notification.way, SMS if notification.way == EMAIL else EMAIL)
    way = next((way for way in wished if known.get(way) and way in ways), notification.way)
    to = known.get(way, "") if way in ways else ""
    proof = ProofKind.MOBILE_CODE if way == SMS else ProofKind.EMAIL_CODE
    return OutboundMessage(way=way, to=to, proof=proof.value)


def text_of_notification(
    notification: Notification, brand: Brand, *, code_key: bytes, may_reply: bool
) -> NotificationText:
    """The text of a notification, written at each attempt: a code is derived, and so the same each time."""
    if notification.kind == CODE:
        code = one_time_code(code_key, notification.nonce)
        return code_text(brand, notification.language, code=code, good_until=notification.worth_sending_until)
    return notice_text(brand, notification.language, may_reply=may_reply)


def _idempotency_key(notification: Notification) -> str:
    return hashlib.sha256(f"{notification.public_id} {notification.once}".encode()).hexdigest()[:32]


def reply_address_of(app: App) -> Callable[[Notification], str] | None:
    """The reply address of each notice; None where answers by e-mail are not taken."""
    settings = app.settings.document.replies_by_email
    if settings is None:
        return None

    def address(notification: Notification) -> str:
        if notification.customer_id is None:
            return ""
        return reply_address(app.room_key, notification.public_id, notification.customer_id, domain=settings.domain)

    return address


_SECTIONS = {EMAIL: "smtp", SMS: "sms"}


def watch_notifications(app: App, alerts: Alerts, *, now: datetime) -> None:  # noqa: ARG001 - as for all that watch
    """Alert once about each channel that notifications fail on, until one was sent."""
    with reading(app.engine) as session:
        failing = {way: delivery_failure(session, way) for way in _SECTIONS}
    for way, why in failing.items():
        alerts.raise_or_clear(f"letters-{way}", _alert_text(way, why) if why else "")


def _alert_text(way: str, why: str) -> str:
    return (
        f"Letters by {way} do not leave ({why}): nobody gets a code or a notice that way. "
        f"Check [{_SECTIONS[way]}], and `aparte doctor`."
    )
