"""Reads an e-mail from bytes that anybody may have made up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from service.mail_bodies import own_words, text_of_html

MOST_PARTS = 50
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_ROBOTS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "list-id", "list-unsubscribe", "feedback-id")
_OURS = "x-aparte-notice"
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class ReadMail:
    """What an e-mail says."""

    text: str
    """What its writer wrote; empty where they wrote nothing, or it cannot be read."""
    attachments: int
    by_machine: bool
    """An automatic answer, a bounce, a list, or one of our own notices."""


def read_mail(content: bytes, *, sender: str) -> ReadMail:
    """Read an e-mail; `sender` is that of the envelope, empty for a bounce. Raises nothing."""
    try:
        message = BytesParser(policy=compat32).parsebytes(content)
        by_machine = not sender.strip("<> ") or _is_by_machine(message)
        plain, markup, attachments = _parts(message)
        text = own_words(plain) if plain.strip() else own_words(text_of_html(markup))
    except _BROKEN:
        return ReadMail(text="", attachments=0, by_machine=False)
    return ReadMail(text=text, attachments=attachments, by_machine=by_machine)


def _is_by_machine(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    kind = message.get_content_type()
    writer = str(message.get("From", "")).lower()
    return (
        submitted != "no"
        or precedence in _BULK
        or kind in {"multipart/report", "message/delivery-status"}
        or any(name in message for name in (*_ROBOTS, _OURS))
        or "mailer-daemon" in writer
        or str(message.get("Return-Path", "")).strip() == "<>"
    )


def _parts(message: Message) -> tuple[str, str, int]:
    """The first plain text, the first HTML, and how many files there are."""
    plain, markup, attachments = "", "", 0
    for count, part in enumerate(message.walk()):
        if count >= MOST_PARTS:
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_filename() or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attachments += 1
        elif kind == "text/html":
            markup = markup or _decoded(part)
        elif kind == "text/plain":
            plain = plain or _decoded(part)
    return plain, markup, attachments


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return payload.decode("utf-8", "replace")
