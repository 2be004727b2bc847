"""Texts as X serves them: escaped, links behind t.co, with their entities; and X's weighted length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlsplit

LINK = re.compile(r"https?://[^\s<>\"\x00]+", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w@/])@(\w{1,50})")
HASHTAG = re.compile(r"(?<![\w&/])#(\w+)")
TRAILING = ".,;:!?)]}'»”…"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LONGEST = 280
LINK_WEIGHT = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_PICTURE = "[\u203c-\u3299\U0001f000-\U0001faff]"
_TONE = "[\ufe0f\U0001f3fb-\U0001f3ff]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}{_TONE}?(?:\u200d{_PICTURE}{_TONE}?)+"
    f"|{_PICTURE}{_TONE}"
)


@dataclass(frozen=True, kw_only=True)
class WireLink:
    """A link in a served text; positions count code points of that text."""

    start: int
    end: int
    short: str
    expanded: str


@dataclass(frozen=True, kw_only=True)
class WireText:
    """A text as the API returns it."""

    text: str
    links: tuple[WireLink, ...]


def wire_text(text: str) -> WireText:
    """Escape the text and replace its links by t.co links."""
    if "://" not in text:
        return WireText(text=escaped(text), links=())
    pieces: list[str] = []
    links: list[WireLink] = []
    length = done = 0
    for start, end in link_spans(text):
        before = escaped(text[done:start])
        short = short_link(text[start:end])
        length += len(before)
        links.append(WireLink(start=length, end=length + len(short), short=short, expanded=text[start:end]))
        length += len(short)
        pieces += [before, short]
        done = end
    pieces.append(escaped(text[done:]))
    return WireText(text="".join(pieces), links=tuple(links))


def link_spans(text: str) -> list[tuple[int, int]]:
    """The positions of links in the text, without the punctuation that follows them."""
    return [
        (found.start(), found.start() + len(found.group().rstrip(TRAILING)))
        for found in LINK.finditer(text)
        if urlsplit_host(found.group().rstrip(TRAILING))
    ]


def urlsplit_host(link: str) -> str:
    """The link's host, empty where the link is malformed."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def short_link(link: str) -> str:
    """The t.co address of a link; a t.co link stays as it is."""
    if urlsplit_host(link) == "t.co":
        return link
    digest = int.from_bytes(blake2b(link.encode(errors="surrogatepass"), digest_size=8).digest())
    letters = []
    for _ in range(10):
        digest, letter = divmod(digest, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "https://t.co/" + "".join(letters)


def escaped(text: str) -> str:
    """`&`, `<` and `>` as X returns them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mentioned_handles(text: str) -> list[str]:
    """Handles named in the text, without the at sign, as they are written."""
    if "@" not in text:
        return []
    return MENTION.findall(wire_text(text).text)


def entities(
    wire: WireText, resolve: Callable[[str], int], unwritten: tuple[tuple[str, int], ...]
) -> dict[str, object]:
    """X's `entities` object of a served text.

    `resolve` gives the id of a handle; `unwritten` are (handle, id) that are mentioned although the text does not
    show them.
    """
    found: dict[str, object] = {}
    mentions = [
        {"start": m.start(), "end": m.end(), "username": m.group(1), "id": str(resolve(m.group(1)))}
        for m in MENTION.finditer(wire.text)
    ]
    mentions += [{"start": 0, "end": 0, "username": handle, "id": str(user)} for handle, user in unwritten]
    if mentions:
        found["mentions"] = mentions
    if wire.links:
        found["urls"] = [url_entity(link) for link in wire.links]
    hashtags = [{"start": m.start(), "end": m.end(), "tag": m.group(1)} for m in HASHTAG.finditer(wire.text)]
    if hashtags:
        found["hashtags"] = hashtags
    return found


def url_entity(link: WireLink) -> dict[str, object]:
    """One item of `entities.urls`."""
    display = link.expanded.split("://", 1)[1]
    return {
        "start": link.start,
        "end": link.end,
        "url": link.short,
        "expanded_url": link.expanded,
        "display_url": display if len(display) <= 27 else display[:26] + "…",
    }


def weighted_length(text: str) -> int:
    """The text's weight in X's counting."""
    normal = unicodedata.normalize("NFC", text)
    spans = link_spans(normal)
    rest = _without(normal, spans)
    plain, emoji = _EMOJI.subn("", rest)
    return LINK_WEIGHT * len(spans) + 2 * emoji + sum(_weight(ord(letter)) for letter in plain)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in spans:
        pieces.append(text[done:start])
        done = end
    return "".join([*pieces, text[done:]])


def _weight(point: int) -> int:
    return 1 if any(low <= point <= high for low, high in _LIGHT) else 2
