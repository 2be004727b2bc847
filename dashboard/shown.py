"""Texts from strangers, made fit to be looked at: bounded, and without marks that turn the page around."""

from __future__ import annotations

from collections.abc import Callable

MOST = 4_000
"""Characters of one text that are shown at once."""

_SECRETS = {
    "{room_link}": "secret_link",
    "{room_code}": "secret_code",
    "{room_address}": "secret_address",
}
_DIRECTIONS = dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "�")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), " ")
_SURROGATES = dict.fromkeys(range(55296, 57344), "�")
_TABLE = _DIRECTIONS | _CONTROLS | _SURROGATES


def shown(text: str, *, most: int = MOST) -> str:
    """At most `most` characters of `text`; overriding directions and control characters are made visible or blank."""
    return text[:most].translate(_TABLE)


def excerpt(text: str, *, most: int = 280) -> str:
    """The beginning of `text` on one line, with an ellipsis where more follows."""
    line = " ".join(shown(text, most=most * 2).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def addressed(handle: str) -> str:
    """A handle with its @; a name, as people go by on Facebook, as it is."""
    return handle if not handle or " " in handle else f"@{handle}"


def veiled(text: str, say: Callable[[str], str]) -> str:
    """A text of ours with words in the place of what only the person may read, which is put in as it leaves."""
    for placeholder, name in _SECRETS.items():
        text = text.replace(placeholder, say(name))
    return text
