"""Texts from strangers, made fit to be looked at: bounded, and without marks that turn the page around."""

from __future__ import annotations

MOST = 4_000
"""Characters of one text that are shown at once."""

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
