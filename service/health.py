"""How the accounts fare, as the listener last found them."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from records.tables.listener import AccountHealthRow
from service.house import House

WORKING = "working"


def ailing_accounts(session: Session, house: House) -> list[str]:
    """Names of the accounts whose last call was refused or never arrived."""
    query = select(col(AccountHealthRow.account_id)).where(col(AccountHealthRow.state) != WORKING)
    ailing = set(session.execute(query).scalars())
    return [account.name for account in house.accounts.values() if account.id in ailing]
