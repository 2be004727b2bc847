"""Records whether a network lets an account in, what may still be asked of it, and what was missed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from listener.missed import Missed
from networks.protocol import Budget
from records.database import is_sqlite
from records.nouns import Feed
from records.tables.listener import AccountHealthRow, GapRow, NetworkBudgetRow


class State(StrEnum):
    """As stored in `account_health.state`."""

    WORKING = "working"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


def note_health(session: Session, *, account_id: int, state: State, reason: str, now: datetime) -> None:
    """Write down the state; `since` keeps the moment at which it began."""
    row: dict[str, object] = {"account_id": account_id, "state": state.value, "reason": reason, "since": now}
    if state is State.WORKING:
        row["last_success_at"] = now
    if state is State.REFUSED:
        row["last_refusal_at"] = now
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(AccountHealthRow).values(**row)
    new = statement.excluded
    changes = {name: new[name] for name in row if name not in {"account_id", "since"}}
    began = case((col(AccountHealthRow.state) == state.value, col(AccountHealthRow.since)), else_=new.since)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["account_id"], set_={**changes, "since": began})
    )


def note_budget(session: Session, *, account_id: int, budget: Budget | None) -> None:
    """Keep what the network last said about an endpoint."""
    if budget is None:
        return
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(NetworkBudgetRow).values(
        account_id=account_id, endpoint=budget.endpoint, remaining=budget.remaining, resets_at=budget.resets_at
    )
    changes = {"remaining": statement.excluded.remaining, "resets_at": statement.excluded.resets_at}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["account_id", "endpoint"], set_=changes)
    )


def note_gap(session: Session, *, account_id: int, feed: Feed, missed: Missed) -> None:
    """Write down a span that the network no longer serves."""
    session.add(
        GapRow(account_id=account_id, feed=feed.value, since=missed.since, until=missed.until, reason=missed.reason)
    )
    session.flush()
