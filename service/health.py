"""How the accounts fare, as the listener last found them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from records.tables.listener import AccountHealthRow
from service.house import House

WORKING = "working"
WARN_AHEAD = timedelta(days=7)
"""How long before credentials expire a person is told."""


def ailing_accounts(session: Session, house: House) -> list[str]:
    """Names of the accounts whose last call was refused or never arrived."""
    query = select(col(AccountHealthRow.account_id)).where(col(AccountHealthRow.state) != WORKING)
    ailing = set(session.execute(query).scalars())
    return [account.name for account in house.accounts.values() if account.id in ailing]


def expires_soon(valid_until: datetime | None, *, now: datetime) -> bool:
    """True within the last seven days of credentials that expire."""
    return valid_until is not None and valid_until - now <= WARN_AHEAD
