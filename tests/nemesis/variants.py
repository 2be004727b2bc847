"""Deliberately broken services: each must make the checker fail within a few seeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
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

    def leased(session: Session, *, now: datetime, **asked: Any) -> Any:
        cursor = feed_cursors.lease_feed(session, now=now, **asked)
        if cursor is not None:
            session.connection().execute(
                update(FeedCursorRow).where(col(FeedCursorRow.id) == cursor.id).values(read_until=now)
            )
        return cursor

    _replace(poll, "lease_feed", leased)


def blind_retry() -> None:
    """A write without an answer is made again at once."""
    perform_act: Any = dispatch.perform_act

    def insisting(*asked: Any) -> Any:
        try:
            return perform_act(*asked)
        except Uncertain:
            return perform_act(*asked)

    _replace(dispatch, "perform_act", insisting)


def lease_ignored() -> None:
    """Whatever another process works on counts as left behind by a process that is gone."""
    _replace(leases, "_is_dead", lambda _claimant: True)


def no_overlap() -> None:
    """A feed is read from the very moment until which it was read: what appears late is never seen."""
    function: Any = poll.poll_feed
    assert "overlap" in function.__kwdefaults__
    function.__kwdefaults__["overlap"] = timedelta(0)


def _replace(module: ModuleType, name: str, broken: object) -> None:
    """Put something broken in the place of what is there; a name that is not there breaks nothing."""
    assert hasattr(module, name), f"{module.__name__} has no {name}"
    setattr(module, name, broken)


VARIANTS: dict[str, Callable[[], None]] = {
    "cursor-advanced-early": cursor_advanced_early,
    "blind-retry": blind_retry,
    "lease-ignored": lease_ignored,
    "no-overlap": no_overlap,
}
