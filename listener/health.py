"""Whether a network accepts an account's credentials; a refused account is paused until an access check succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import bindparam, case, select
from sqlmodel import Session, col

from records.bulk import upsert
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


_ALSO_NOW = {
    AccountState.WORKING: ("last_success_at",),
    AccountState.REFUSED: ("last_refusal_at",),
    AccountState.UNREACHABLE: (),
}
_OF_ACCOUNT = (
    col(AccountHealthRow.account_id) == bindparam("account_id"),
    col(AccountHealthRow.state) == bindparam("state"),
)
_SINCE = select(col(AccountHealthRow.since)).where(*_OF_ACCOUNT)
_LAST_SUCCESS = select(col(AccountHealthRow.last_success_at)).where(*_OF_ACCOUNT)
_PAUSED = select(col(AccountHealthRow.account_id)).where(col(AccountHealthRow.state) == AccountState.REFUSED.value)
_NOT_REFUSED = col(AccountHealthRow.state) != AccountState.REFUSED.value


def record_health(session: Session, *, account_id: int, state: AccountState, reason: str, now: datetime) -> None:
    """Write down the state; `since` keeps the moment at which it began. A refused account is soon tried again.

    That a refused account cannot be reached is not written down: it stays refused until a check succeeds.
    """
    row: dict[str, object] = {"account_id": account_id, "state": state.value, "reason": reason, "since": now}
    row |= dict.fromkeys(_ALSO_NOW[state], now)
    if state is AccountState.REFUSED:
        row["check_due_at"] = now + FIRST_PAUSE
    upsert(
        session,
        AccountHealthRow,
        [row],
        unique=("account_id",),
        changes=_CHANGES[state],
        where=_NOT_REFUSED if state is AccountState.UNREACHABLE else None,
    )


def next_attempt(since: datetime, *, now: datetime) -> datetime:
    """When what was refused since then is tried again: after as long again, a minute at least, 15 at most."""
    return now + min(max(now - since, FIRST_PAUSE), PAUSE)


def unreachable_for(session: Session, account_id: int, *, now: datetime) -> timedelta:
    """For how long the network has not answered the account; zero where that has only begun."""
    asked = {"account_id": account_id, "state": AccountState.UNREACHABLE.value}
    since = session.connection().execute(_SINCE, asked).scalar()
    return timedelta(0) if since is None else max(now - since, timedelta(0))


def worked_lately(session: Session, account_id: int, *, now: datetime) -> bool:
    """True where it is written already that the account works, and for less than half a minute."""
    asked = {"account_id": account_id, "state": AccountState.WORKING.value}
    found = session.connection().execute(_LAST_SUCCESS, asked).scalar()
    return found is not None and found <= now < found + _FRESH


def is_paused(session: Session, account_id: int) -> bool:
    """True where the network refuses the account: nothing is read or sent until an access check succeeds."""
    return account_id in paused_accounts(session)


def paused_accounts(session: Session) -> frozenset[int]:
    """The accounts that their networks refuse."""
    return frozenset(session.connection().execute(_PAUSED).scalars())


def _changes_to(state: AccountState, new: Any) -> Mapping[str, object]:
    began = case((col(AccountHealthRow.state) == state.value, col(AccountHealthRow.since)), else_=new.since)
    also = [*_ALSO_NOW[state], *(["check_due_at"] if state is AccountState.REFUSED else [])]
    return {"state": new.state, "reason": new.reason, "since": began, **{column: new[column] for column in also}}


_CHANGES = {state: partial(_changes_to, state) for state in AccountState}
