"""The fingerprint of a text: equal for what we sent and for what the network shows of it."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Collection

from rapidfuzz import fuzz

_LEADING_HANDLES = re.compile(r"(?:\s*@\w{1,50})+(?:\s+|$)")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[a-z_]{1,40}\}")
_AFTER_A_LINK = ".,;:!?)]}»”\"'…"
_ALIKE = 85.0
_COMPARED = 5_000


def fingerprint(text: str, *, secrets: Collection[str] = ()) -> str:
    """SHA-256, in hexadecimal, of the part of `text` that networks do not change.

    Entities are unescaped, leading handles taken off, white space folded and the text composed (NFC). Links,
    placeholders and `secrets` are left out, since networks rewrite the first and we never store the last.
    """
    return hashlib.sha256(_stable(text, secrets).encode("utf-8", "surrogatepass")).hexdigest()


def resembles(shown: str, sent: str, *, secrets: Collection[str] = ()) -> bool:
    """True where `shown` is probably `sent`, cut or rewritten by the network. Weaker than equal fingerprints."""
    shown_text, sent_text = _stable(shown, secrets)[:_COMPARED], _stable(sent, secrets)[:_COMPARED]
    if not shown_text or not sent_text:
        return False
    cut = shown_text.rstrip("….").rstrip()
    starts_alike = len(cut) * 2 >= len(sent_text) and sent_text.startswith(cut)
    return starts_alike or fuzz.ratio(shown_text, sent_text) >= _ALIKE


def _stable(text: str, secrets: Collection[str]) -> str:
    plain = html.unescape(text)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        plain = plain.replace(secret, "")
    plain = _PLACEHOLDER.sub("", _LINK.sub(_after_link, plain))
    handles = _LEADING_HANDLES.match(plain)
    if handles:
        plain = plain[handles.end() :]
    return " ".join(unicodedata.normalize("NFC", plain).split())


def _after_link(found: re.Match[str]) -> str:
    link = found.group()
    return link[len(link.rstrip(_AFTER_A_LINK)) :]
