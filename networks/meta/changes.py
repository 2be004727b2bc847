"""What the changes of one webhook entry tell."""

from __future__ import annotations

from dataclasses import dataclass

from networks.protocol import OwnPost
from records.nouns import HeardPost


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is told with its words, and what only by its id; an empty id stands for nothing."""

    found: tuple[HeardPost | OwnPost, ...]
    changed: tuple[str, ...]
    """Said to be gone or hidden."""
    named: tuple[str, ...]
    """Said to be there: to be read."""
