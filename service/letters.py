"""Hands letters over: e-mail by SMTP, text messages by a gateway that takes JSON."""

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
from records.nouns import Brand
from records.words import ProofKind
from room.codes_of_proof import code_of
from room.letter_texts import LetterText, code_text, notice_text
from room.letters import CODE, EMAIL, SMS, Letter
from service.settings import Settings, SettingsError
from service.settings_document import SmtpSettings

SMTP_PASSWORD = "APARTE_SMTP_PASSWORD"  # noqa: S105 - the name of the secret, not the secret
SMS_TOKEN = "APARTE_SMS_TOKEN"  # noqa: S105 - as above
TIMEOUT_SECONDS = 10

ReplyAddress = Callable[[Letter], str]
"""Where an answer to a notice is taken in; empty where none is."""


class LetterError(Exception):
    """A letter was not taken; the message names no person. `permanent` where trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Post(Protocol):
    """One way that letters go."""

    def send(self, to: str, letter: Letter, text: LetterText, *, now: datetime) -> None:
        """Hand one letter over. Raises LetterError."""
        ...


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A letter with its way and address; `to` is empty where it goes nowhere."""

    way: str
    to: str
    proof: str
    """The `ProofKind` that typing its code proves."""


@dataclass(frozen=True, kw_only=True)
class SmtpPost:
    """E-mail. The same letter keeps its Message-ID, so that a mailbox may show a copy once."""

    smtp: SmtpSettings
    settings: Settings
    reply_address: ReplyAddress | None = None

    def send(self, to: str, letter: Letter, text: LetterText, *, now: datetime) -> None:
        mail = self._mail(to, letter, text, now)
        try:
            with smtplib.SMTP(self.smtp.host, self.smtp.port, timeout=TIMEOUT_SECONDS) as server:
                if self.smtp.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.smtp.username:
                    server.login(self.smtp.username, self.settings.secret(SMTP_PASSWORD))
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _ in error.recipients.values()})
            raise LetterError(f"refused ({codes[0]})", permanent=codes[0] >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise LetterError(f"SMTP {error.smtp_code}", permanent=False) from error
        except (OSError, smtplib.SMTPException, SettingsError, ValueError) as error:
            raise LetterError(type(error).__name__, permanent=False) from error

    def _mail(self, to: str, letter: Letter, text: LetterText, now: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = text.subject, self.smtp.sender, to
        mail["Date"] = format_datetime(now)
        domain = parseaddr(self.smtp.sender)[1].rpartition("@")[2] or "localhost"
        mail["Message-ID"] = f"<{_name_of(letter)}@{domain}>"
        # RFC 3834: no out-of-office answers.
        mail["Auto-Submitted"] = "auto-generated"
        answered_at = self.reply_address(letter) if self.reply_address is not None and letter.kind != CODE else ""
        if answered_at:
            mail["Reply-To"] = answered_at
        mail.set_content(text.body)
        return mail


@dataclass(frozen=True, kw_only=True)
class SmsPost:
    """Text messages, by a gateway that is sent `{to, text}` and a name by which it may know a copy."""

    url: str
    token: str = ""

    def send(self, to: str, letter: Letter, text: LetterText, *, now: datetime) -> None:  # noqa: ARG002 - as for all
        headers = {"Idempotency-Key": _name_of(letter)}
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
            raise LetterError(type(error).__name__, permanent=False) from error
        if not answer.ok or answer.is_redirect:
            permanent = answer.status_code in {400, 404, 422}
            raise LetterError(f"HTTP {answer.status_code}", permanent=permanent)


def posts_of(settings: Settings, *, reply_address: ReplyAddress | None = None) -> dict[str, Post]:
    """The ways that are set up, by name: `email`, `sms`."""
    posts: dict[str, Post] = {}
    if settings.document.smtp is not None:
        posts[EMAIL] = SmtpPost(smtp=settings.document.smtp, settings=settings, reply_address=reply_address)
    if settings.document.sms is not None:
        posts[SMS] = SmsPost(url=settings.document.sms.url, token=settings.secrets.get(SMS_TOKEN, ""))
    return posts


def outgoing(letter: Letter, contact: Contact | None, ways: frozenset[str]) -> Outgoing:
    """Which way a letter goes: the one that it was put out for, else the other one that contact and settings allow."""
    known = {EMAIL: contact.email, SMS: contact.mobile} if contact is not None else {}
    wished = (letter.way, SMS if letter.way == EMAIL else EMAIL)
    way = next((way for way in wished if known.get(way) and way in ways), letter.way)
    to = known.get(way, "") if way in ways else ""
    proof = ProofKind.MOBILE_CODE if way == SMS else ProofKind.EMAIL_CODE
    return Outgoing(way=way, to=to, proof=proof.value)


def text_of(letter: Letter, brand: Brand, *, code_key: bytes, may_reply: bool) -> LetterText:
    """What a letter says, made anew each time: the code is derived, and so the same however often it is sent."""
    if letter.kind == CODE:
        code = code_of(code_key, letter.nonce)
        return code_text(brand, letter.language, code=code, good_until=letter.worth_sending_until)
    return notice_text(brand, letter.language, may_reply=may_reply)


def _name_of(letter: Letter) -> str:
    return hashlib.sha256(f"{letter.public_id} {letter.once}".encode()).hexdigest()[:32]
