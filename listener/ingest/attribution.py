"""What the listener asks about posts and messages of our own accounts: which were sent through the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from networks.protocol import OwnPost
from records.models import FetchedMessage


def _nothing_to_settle(_session: Session) -> None:
    """For words that settle nothing."""


@dataclass(frozen=True, kw_only=True)
class SentByUs:
    """What of the words heard is ours, and what follows from that."""

    ours: frozenset[str] = frozenset()
    """Ids on the network."""
    settle: Callable[[Session], None] = _nothing_to_settle
    """Settles what was in doubt until these words were heard; called as the last thing in the transaction."""


class Attribute(Protocol):
    """Tells which words of an account were sent through the outbox. Locks what it would settle, and changes nothing."""

    def __call__(
        self,
        session: Session,
        account_id: int,
        /,
        *,
        posts: Sequence[OwnPost] = (),
        messages: Sequence[FetchedMessage] = (),
    ) -> SentByUs:
        """Which of `posts` and `messages`, all by the account, are ours."""
        ...


def nothing_sent(
    _session: Session,
    _account_id: int,
    *,
    posts: Sequence[OwnPost] = (),  # noqa: ARG001 - nothing went through the outbox, whatever is heard
    messages: Sequence[FetchedMessage] = (),  # noqa: ARG001
) -> SentByUs:
    """For whoever sends nothing: every word of the brand was written elsewhere."""
    return SentByUs()
