"""Parses an e-mail of unknown origin: its writer's own text, without quotes and signature. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from html.parser import HTMLParser

MOST_CHARACTERS = 200_000
_LEAD_IN = re.compile(
    r"^(?:on\b.{0,200}\bwrote:|el\b.{0,200}\bescribi[óo]:|em\b.{0,200}\bescreveu:|le\b.{0,200}\ba écrit\s?:)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_DIVIDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|mensaje original|mensagem original|forwarded message|mensaje reenviado)"
    r"\s*-{2,}|_{10,}|-{10,})\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^\s*\*?(?:from|de|von)\s?:\*?\s.+$", re.IGNORECASE)
_NEXT_HEADER = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|enviado(?: el)?|fecha|para|asunto|cc)\s?:\*?\s.*$", re.IGNORECASE
)
_SIGNATURE = re.compile(r"^--\s?$")
_TELEPHONE = re.compile(
    r"^\s*(?:sent from my |enviado desde mi |get outlook for |obt[eé]n outlook para |enviado desde (?:outlook|yahoo))",
    re.IGNORECASE,
)
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})


def without_quotes(text: str) -> str:
    """The part of an answer that its writer wrote; empty where they wrote nothing."""
    lines = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        if _ends_here(lines, place):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def text_of_html(markup: str) -> str:
    """The words of an HTML message, without what it quotes. Nothing of its markup is kept."""
    reader = _Words()
    reader.feed(markup[:MOST_CHARACTERS])
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words))


def _ends_here(lines: list[str], place: int) -> bool:
    line = lines[place]
    if _DIVIDER.match(line) or _SIGNATURE.match(line) or _TELEPHONE.match(line):
        return True
    if _HEADER.match(line) and any(_NEXT_HEADER.match(each) for each in lines[place + 1 : place + 3]):
        return True
    # Mail programs wrap the line before a quote ("On ... wrote:").
    return any(_LEAD_IN.match(" ".join(lines[place : place + further])) for further in (1, 2, 3)) and bool(line.strip())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        quoted = tag == "blockquote" or any(name == "class" and "gmail_quote" in (value or "") for name, value in attrs)
        if tag in _UNSEEN or quoted or (self._unseen and self._unseen[-1] == tag):
            self._unseen.append(tag)
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)


MOST_PARTS = 50
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_ROBOTS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "list-id", "list-unsubscribe", "feedback-id")
_OURS = "x-aparte-notice"
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class InboundEmail:
    """What an e-mail says."""

    text: str
    """What its writer wrote; empty where they wrote nothing, or it cannot be read."""
    attachments: int
    by_machine: bool
    """An automatic answer, a bounce, a list, or one of our own notices."""


def parse_email(content: bytes, *, sender: str) -> InboundEmail:
    """Read an e-mail; `sender` is that of the envelope, empty for a bounce. Raises nothing."""
    try:
        message = BytesParser(policy=compat32).parsebytes(content)
        by_machine = not sender.strip("<> ") or _is_by_machine(message)
        plain, markup, attachments = _parts(message)
        text = without_quotes(plain) if plain.strip() else without_quotes(text_of_html(markup))
    except _BROKEN:
        return InboundEmail(text="", attachments=0, by_machine=False)
    return InboundEmail(text=text, attachments=attachments, by_machine=by_machine)


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
