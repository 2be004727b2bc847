"""What may still be asked of an endpoint, when a feed waits so that replies have calls left, and what reading costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from networks.protocol import Budget
from records.bulk import upsert
from records.tables.listener import NetworkBudgetRow, ReadSpendRow

X = "x"
_META = frozenset({"facebook", "instagram"})
_META_RESERVE = 20
_META_WAIT = timedelta(minutes=5)
"""Meta counts the calls of the last hour, and names the end of a block only once it refuses."""
_LONGEST_X_WINDOW = timedelta(minutes=20)
_LONGEST_WINDOW = timedelta(hours=2)
_UNKNOWN_WAIT = timedelta(minutes=15)
_JUST_PAST = timedelta(minutes=1)
_SOON = timedelta(seconds=15)

_RESTING = select(col(NetworkBudgetRow.id)).where(
    col(NetworkBudgetRow.account_id) == bindparam("account_id"),
    col(NetworkBudgetRow.endpoint) == bindparam("endpoint"),
    col(NetworkBudgetRow.remaining) == 0,
    col(NetworkBudgetRow.resets_at) > bindparam("now"),
)


def record_budget(session: Session, *, account_id: int, budget: Budget | None) -> None:
    """Keep what the network last said about an endpoint."""
    if budget is None:
        return
    row = {
        "account_id": account_id,
        "endpoint": budget.endpoint,
        "remaining": budget.remaining,
        "resets_at": budget.resets_at,
        "whole": budget.limit,
    }
    upsert(session, NetworkBudgetRow, [row], unique=("account_id", "endpoint"), changes=_replace_budget)


def rest_endpoint(session: Session, *, account_id: int, endpoint: str, until: datetime) -> None:
    """Ask nothing of `endpoint` before `until`."""
    record_budget(session, account_id=account_id, budget=Budget(endpoint=endpoint, remaining=0, resets_at=until))


def is_resting(session: Session, *, account_id: int, endpoint: str, now: datetime) -> bool:
    """True until the moment that `rest_endpoint` was given."""
    asked = {"account_id": account_id, "endpoint": endpoint, "now": now}
    return session.connection().execute(_RESTING, asked).first() is not None


def rest_until(budget: Budget | None, *, network: str, now: datetime) -> datetime | None:
    """When a feed whose budget is down to the reserve may ask again; None where more than the reserve is left."""
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
    """The end of a window as the network says it, or 15 minutes from now where that cannot be right.

    X's windows for reading last 15 minutes, Meta's an hour: a moment further ahead, or in the past, is an error of
    the network's clock or of ours.
    """
    longest = _LONGEST_X_WINDOW if network == X else _LONGEST_WINDOW
    if now - _JUST_PAST <= moment <= now:
        return now + _SOON
    return moment if now < moment <= now + longest else now + _UNKNOWN_WAIT


def record_read_cost(session: Session, *, account_id: int, posts: int, price: float, now: datetime) -> None:
    """Add `posts` that were served at `price` US dollars each to the month of `now`, in UTC."""
    if not posts:
        return
    month = f"{now.astimezone(UTC):%Y-%m}"
    row = {"account_id": account_id, "month": month, "posts": posts, "dollars": posts * price}
    upsert(session, ReadSpendRow, [row], unique=("account_id", "month"), changes=_add_cost)


def _replace_budget(new: Any) -> Mapping[str, object]:
    return {"remaining": new.remaining, "resets_at": new.resets_at, "whole": new.whole}


def _add_cost(new: Any) -> Mapping[str, object]:
    return {
        "posts": col(ReadSpendRow.posts) + new.posts,
        "dollars": col(ReadSpendRow.dollars) + new.dollars,
    }
