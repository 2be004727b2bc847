"""The words that only rulebooks use; those shared with other stations are in `records.words`."""

from __future__ import annotations

from enum import StrEnum

YES, NO = "true", "false"
YES_OR_NO = (YES, NO)


class State(StrEnum):
    """How far a rule counts."""

    DRAFT = "draft"
    """Not looked at."""
    SHADOW = "shadow"
    """Says what it would have decided, and decides nothing."""
    LIVE = "live"
    """Decides."""


class Hide(StrEnum):
    """Whether the post is hidden, besides the action."""

    NEVER = "never"
    IF_PERMITTED = "if_permitted"
