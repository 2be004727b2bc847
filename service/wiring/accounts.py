"""The accounts of the settings: their rows, and their networks, each opened with its own secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_type_hints

from sqlalchemy import select
from sqlmodel import Session, col

from networks.credentials import MetaCredentials, XCredentials
from networks.files.network import open_files
from networks.meta.facebook.network import open_facebook
from networks.meta.instagram.network import open_instagram
from networks.protocol import Network
from networks.x.network import open_x
from records.models import Account, Brand
from records.tables.service import AccountRow
from service.wiring.settings import Settings, SettingsError
from service.wiring.settings_document import AccountSettings


def register_accounts(session: Session, settings: Settings, *, now: datetime) -> tuple[Account, ...]:
    """Write the accounts of the settings as rows and return them.

    A new account is connected `now`: what was published before is its history. An account keeps the network and
    the id it was first connected with. Raises SettingsError where the settings say otherwise.
    """
    return tuple(
        _register_account(session, account, settings.brands[account.brand], now)
        for account in settings.document.accounts
    )


def _register_account(session: Session, account: AccountSettings, brand: Brand, now: datetime) -> Account:
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


ADDRESSES = {
    "x": "https://api.twitter.com",
    "facebook": "https://graph.facebook.com",
    "instagram": "https://graph.facebook.com",
}
"""By network: the address of its API, unless the settings name another."""


def open_network(
    entry: AccountSettings,
    settings: Settings,
    *,
    account: Account | None = None,
    now: Callable[[], datetime] | None = None,
) -> Network:
    """The network of an account in the settings; `account` is its row, where there is one. Calls nobody yet.

    `now` is our clock, for networks that tell times as minutes from now. Raises SettingsError where a secret or a
    setting is missing.
    """
    account = account or _without_row(entry)
    try:
        return _opened(entry, settings, account, now)
    except ValueError as error:
        raise SettingsError(f'The account "{entry.name}" cannot be opened: {error}') from None


def _opened(
    entry: AccountSettings, settings: Settings, account: Account, now: Callable[[], datetime] | None
) -> Network:
    if entry.network == "files":
        if not entry.folder:
            raise SettingsError(f'The account "{entry.name}" needs a folder: say where its exports are dropped.')
        return open_files(account, folder=settings.folder / entry.folder)
    address, timeout = entry.base_url or ADDRESSES[entry.network], entry.timeout_seconds
    if entry.network == "x":
        secrets = {kind: settings.account_secret(entry.name, kind) for kind in get_type_hints(XCredentials)}
        return open_x(account, XCredentials(**secrets), base_url=address, timeout_seconds=timeout)
    credentials = MetaCredentials(
        page_token=settings.account_secret(entry.name, "page_token"),
        app_secret=settings.account_secret(entry.name, "app_secret"),
        page_id=entry.page_id,
    )
    opened = open_facebook if entry.network == "facebook" else open_instagram
    return opened(account, credentials, base_url=address, timeout_seconds=timeout, clock=now)


def _without_row(entry: AccountSettings) -> Account:
    return Account(
        id=0,
        name=entry.name,
        network=entry.network,
        brand=entry.brand,
        external_id=entry.external_id,
        handle=entry.handle,
        connected_at=datetime.max.replace(tzinfo=UTC),
    )
