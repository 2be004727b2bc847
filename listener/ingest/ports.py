"""What the listener asks of its caller while it stores: what was sent by us, and what follows from what it stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from networks.protocol import OwnPost
from records.models import FetchedMessage

OnMentions = Callable[[Session, list[int]], None]
"""Called as the last thing in the transaction, with the ids of the mentions to which something happened."""


def _nothing_to_confirm(_session: Session) -> None:
    """For posts and messages from which nothing follows."""


def ignore_mentions(_session: Session, _mention_ids: list[int]) -> None:
    """For a caller to whom it makes no difference."""


@dataclass(frozen=True, kw_only=True)
class SentByUs:
    """Which posts and messages of an account were sent through the outbox, and what follows from that."""

    ours: frozenset[str] = frozenset()
    """Ids on the network."""
    confirm: Callable[[Session], None] = _nothing_to_confirm
    """Confirms acts whose delivery was unknown until now; called as the last thing in the transaction."""


class Attribute(Protocol):
    """Says which posts and messages of an account were sent through the outbox.

    It locks the rows that `SentByUs.confirm` would change, and changes nothing itself.
    """

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
    posts: Sequence[OwnPost] = (),  # noqa: ARG001 - nothing went through the outbox, whatever is served
    messages: Sequence[FetchedMessage] = (),  # noqa: ARG001
) -> SentByUs:
    """For a caller that sends nothing: every post of the brand was written elsewhere."""
    return SentByUs()


@dataclass(frozen=True, kw_only=True)
class IngestPorts:
    """The calls that the listener makes to its caller. The defaults are those of a caller that sends nothing."""

    attribute: Attribute = nothing_sent
    on_answered_elsewhere: OnMentions = ignore_mentions
    """Called with the mentions that somebody of the brand answered outside Aparte."""
    on_edited: OnMentions = ignore_mentions
    """Called with the mentions that have another text now."""
