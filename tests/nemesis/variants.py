"""Deliberately broken services: each must make the checker fail within a few seeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from listener.polling import feed_cursors, poll
from networks.errors import Uncertain
from records import leases
from records.tables.listener import FeedCursorRow
from replies import dispatch


def cursor_advanced_early() -> None:
    """The cursor moves before the rows that it stands for are stored."""
    module: Any = poll

    def leased(session: Session, *, now: datetime, **asked: Any) -> Any:
        cursor = feed_cursors.lease_feed(session, now=now, **asked)
        if cursor is not None:
            session.connection().execute(
                update(FeedCursorRow).where(col(FeedCursorRow.id) == cursor.id).values(read_until=now)
            )
        return cursor

    module.lease = leased


def blind_retry() -> None:
    """A write without an answer is made again at once."""
    module: Any = dispatch
    perform_act = module.perform_act

    def insisting(*asked: Any) -> Any:
        try:
            return perform_act(*asked)
        except Uncertain:
            return perform_act(*asked)

    module.perform_act = insisting


def lease_ignored() -> None:
    """Whatever another process works on counts as left behind by a process that is gone."""
    module: Any = leases
    module._is_dead = lambda _claimant: True


def no_overlap() -> None:
    """A feed is read from the very moment until which it was read: what appears late is never seen."""
    function: Any = poll.poll_feed
    function.__kwdefaults__["overlap"] = timedelta(0)


VARIANTS: dict[str, Callable[[], None]] = {
    "cursor-advanced-early": cursor_advanced_early,
    "blind-retry": blind_retry,
    "lease-ignored": lease_ignored,
    "no-overlap": no_overlap,
}
