"""Where a text is said: before everyone, or to one person."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """Who can read an outgoing text."""

    PUBLIC = "public"
    PRIVATE = "private"
