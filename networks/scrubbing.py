"""Takes secrets out of what networks and libraries say, before it becomes an error message."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote

MASK = "[secret]"
LONGEST = 300


def scrub(text: str, secrets: Iterable[str]) -> str:
    """One printable line of at most 300 characters in which no secret stands, plain or URL-encoded."""
    for form in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(form, MASK)
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _forms(secrets: Iterable[str]) -> set[str]:
    kept = [secret for secret in secrets if secret]
    return {form for secret in kept for form in (secret, unquote(secret), quote(secret, safe=""), quote_plus(secret))}
