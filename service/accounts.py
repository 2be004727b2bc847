"""The accounts that the settings name, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from records.nouns import Account, Brand
from records.tables.service import AccountRow
from service.settings import Settings, SettingsError
from service.settings_document import AccountSettings


def enrol(session: Session, settings: Settings, *, now: datetime) -> tuple[Account, ...]:
    """Write the accounts of the settings as rows and return them.

    A new account is connected `now`: what was published before is its history. An account keeps the network and
    the id it was first connected with. Raises SettingsError where the settings say otherwise.
    """
    return tuple(
        _enrol(session, account, settings.brands[account.brand], now) for account in settings.document.accounts
    )


def _enrol(session: Session, account: AccountSettings, brand: Brand, now: datetime) -> Account:
    row = session.execute(select(AccountRow).where(col(AccountRow.name) == account.name)).scalar_one_or_none()
    if row is None:
        row = AccountRow(
            name=account.name,
            network=account.network,
            brand=account.brand,
            market=brand.market,
            languages=list(brand.languages),
            external_id=account.external_id,
            handle=account.handle,
            connected_at=now,
        )
        session.add(row)
    elif (row.network, row.external_id) != (account.network, account.external_id):
        raise SettingsError(
            f'The account "{account.name}" was connected as {row.network} {row.external_id}: '
            f"give {account.network} {account.external_id} a name of its own."
        )
    row.brand, row.market, row.languages = account.brand, brand.market, list(brand.languages)
    row.handle = account.handle
    session.flush()
    return _as_noun(row)


def _as_noun(row: AccountRow) -> Account:
    assert row.id is not None  # noqa: S101 - flushed rows have ids
    return Account(
        id=row.id,
        name=row.name,
        network=row.network,
        brand=row.brand,
        external_id=row.external_id,
        handle=row.handle,
        connected_at=row.connected_at,
    )
