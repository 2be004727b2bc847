"""What may still be asked of an endpoint, when a feed waits so that replies have calls left, and what reading costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from networks.protocol import Budget
from records.database import is_sqlite
from records.tables.listener import NetworkBudgetRow, ReadSpendRow

X = "x"
_META = frozenset({"facebook", "instagram"})
_META_RESERVE = 20
_META_WAIT = timedelta(minutes=5)
"""Meta counts what was asked in the hour before, and names an end only once it refuses."""
_LONGEST_X_WINDOW = timedelta(minutes=20)
_LONGEST_WINDOW = timedelta(hours=2)
_UNKNOWN_WAIT = timedelta(minutes=15)
_JUST_PAST = timedelta(minutes=1)
_SOON = timedelta(seconds=15)


def record_budget(session: Session, *, account_id: int, budget: Budget | None) -> None:
    """Keep what the network last said about an endpoint."""
    if budget is None:
        return
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    told = {"remaining": budget.remaining, "resets_at": budget.resets_at, "whole": budget.limit}
    statement = insert(NetworkBudgetRow).values(account_id=account_id, endpoint=budget.endpoint, **told)
    session.connection().execute(statement.on_conflict_do_update(index_elements=["account_id", "endpoint"], set_=told))


def rest_endpoint(session: Session, *, account_id: int, endpoint: str, until: datetime) -> None:
    """Ask nothing of `endpoint` before `until`."""
    record_budget(session, account_id=account_id, budget=Budget(endpoint=endpoint, remaining=0, resets_at=until))


def is_resting(session: Session, *, account_id: int, endpoint: str, now: datetime) -> bool:
    """True until the moment that `rest` was given."""
    query = select(col(NetworkBudgetRow.id)).where(
        col(NetworkBudgetRow.account_id) == account_id,
        col(NetworkBudgetRow.endpoint) == endpoint,
        col(NetworkBudgetRow.remaining) == 0,
        col(NetworkBudgetRow.resets_at) > now,
    )
    return session.connection().execute(query).first() is not None


def rest_until(budget: Budget | None, *, network: str, now: datetime) -> datetime | None:
    """When a feed may ask again that has come down to the reserve; None where there is more than that."""
    if budget is None or budget.remaining >= reserve(network, budget.limit):
        return None
    until = plausible_reset(budget.resets_at, network=network, now=now)
    return max(until, now + _META_WAIT) if network in _META else until


def reserve(network: str, whole: int | None) -> int:
    """How much of a window is not spent on listening: a tenth, on Meta 20 percent."""
    if network in _META:
        return _META_RESERVE
    return max(1, (whole or 0) // 10)


def plausible_reset(moment: datetime, *, network: str, now: datetime) -> datetime:
    """The end of a window as told by a network whose clock may be wrong, or else 15 minutes from now.

    X's windows for reading last 15 minutes, Meta's an hour: what lies further ahead, or has passed, is an error of
    its clock or ours.
    """
    longest = _LONGEST_X_WINDOW if network == X else _LONGEST_WINDOW
    if now - _JUST_PAST <= moment <= now:
        return now + _SOON
    return moment if now < moment <= now + longest else now + _UNKNOWN_WAIT


def record_read_cost(session: Session, *, account_id: int, posts: int, price: float, now: datetime) -> None:
    """Add `posts` that were served at `price` US dollars each to the month of `now`, in UTC."""
    if not posts:
        return
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(ReadSpendRow).values(
        account_id=account_id, month=f"{now.astimezone(UTC):%Y-%m}", posts=posts, dollars=posts * price
    )
    new = statement.excluded
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "month"],
            set_={
                "posts": col(ReadSpendRow.posts) + new.posts,
                "dollars": col(ReadSpendRow.dollars) + new.dollars,
            },
        )
    )
