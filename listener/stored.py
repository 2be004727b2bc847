"""What came of storing pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Counts of what one or more pages brought."""

    new_mentions: int = 0
    new_revisions: int = 0
    """Edited texts of mentions that were known."""
    known: int = 0
    """Posts that had been heard as they are."""
    own_posts: int = 0
    """New posts of the brand itself."""
    messages: int = 0
    """New direct messages, in and out."""
    settled: int = 0
    """Mentions under which an answer that is not ours was found."""

    def __add__(self, other: Stored) -> Stored:
        return Stored(
            new_mentions=self.new_mentions + other.new_mentions,
            new_revisions=self.new_revisions + other.new_revisions,
            known=self.known + other.known,
            own_posts=self.own_posts + other.own_posts,
            messages=self.messages + other.messages,
            settled=self.settled + other.settled,
        )
