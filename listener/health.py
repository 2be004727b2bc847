"""Whether a network accepts an account's credentials; a refused account is paused until an access check succeeds."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from records.database import is_sqlite
from records.tables.listener import AccountHealthRow

FIRST_PAUSE = timedelta(minutes=1)
PAUSE = timedelta(minutes=15)
"""How long an account whose credentials are refused is left alone before they are tried again."""


_FRESH = timedelta(seconds=30)


class AccountState(StrEnum):
    """As stored in `account_health.state`."""

    WORKING = "working"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


def record_health(session: Session, *, account_id: int, state: AccountState, reason: str, now: datetime) -> None:
    """Write down the state; `since` keeps the moment at which it began. A refused account is soon tried again.

    That a refused account cannot be reached is not written down: it stays refused until a check succeeds.
    """
    row: dict[str, object] = {"account_id": account_id, "state": state.value, "reason": reason, "since": now}
    if state is AccountState.WORKING:
        row["last_success_at"] = now
    if state is AccountState.REFUSED:
        row |= {"last_refusal_at": now, "check_due_at": now + FIRST_PAUSE}
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(AccountHealthRow).values(**row)
    new = statement.excluded
    changes = {name: new[name] for name in row if name not in {"account_id", "since"}}
    began = case((col(AccountHealthRow.state) == state.value, col(AccountHealthRow.since)), else_=new.since)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={**changes, "since": began},
            where=(col(AccountHealthRow.state) != AccountState.REFUSED.value)
            if state is AccountState.UNREACHABLE
            else None,
        )
    )


def next_attempt(since: datetime, *, now: datetime) -> datetime:
    """When what was refused since then is tried again: after as long again, a minute at least, 15 at most."""
    return now + min(max(now - since, FIRST_PAUSE), PAUSE)


def unreachable_for(session: Session, account_id: int, *, now: datetime) -> timedelta:
    """For how long the network has not answered the account; zero where that has only begun."""
    query = select(col(AccountHealthRow.since)).where(
        col(AccountHealthRow.account_id) == account_id, col(AccountHealthRow.state) == AccountState.UNREACHABLE.value
    )
    since = session.connection().execute(query).scalar()
    return timedelta(0) if since is None else max(now - since, timedelta(0))


def worked_lately(session: Session, account_id: int, *, now: datetime) -> bool:
    """True where it is written already that the account works, and for less than half a minute."""
    query = select(col(AccountHealthRow.last_success_at)).where(
        col(AccountHealthRow.account_id) == account_id, col(AccountHealthRow.state) == AccountState.WORKING.value
    )
    found = session.connection().execute(query).scalar()
    return found is not None and found <= now < found + _FRESH


def is_paused(session: Session, account_id: int) -> bool:
    """True where the network refuses the account: nothing is read or sent until an access check succeeds."""
    return account_id in paused_accounts(session)


def paused_accounts(session: Session) -> frozenset[int]:
    """The accounts that their networks refuse."""
    query = select(col(AccountHealthRow.account_id)).where(col(AccountHealthRow.state) == AccountState.REFUSED.value)
    return frozenset(session.connection().execute(query).scalars())
