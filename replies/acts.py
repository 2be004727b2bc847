"""What kinds of outgoing acts there are: those that say something, and those that change how a post stands."""

from __future__ import annotations

from records.words import PRIVATE_ACTS, Act

TEXT_ACTS = frozenset({Act.PUBLIC_REPLY, *PRIVATE_ACTS})
"""Acts that carry words."""

NEEDS_THE_POST = frozenset({Act.PUBLIC_REPLY, Act.PRIVATE_REPLY, Act.HIDE, Act.UNHIDE})
"""Acts that come to nothing once the mention is deleted."""

ANSWERS_THE_TEXT = frozenset({Act.PUBLIC_REPLY, Act.PRIVATE_MESSAGE, Act.PRIVATE_REPLY, Act.HIDE})
"""Acts that were decided by what the mention says, and must be thought over where it was edited."""
