"""Opens the networks of the accounts that the settings name, each with its own secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_type_hints

from networks.credentials import MetaCredentials, XCredentials
from networks.facebook.network import open_facebook
from networks.files_network import open_files
from networks.instagram.network import open_instagram
from networks.protocol import Network
from networks.x.network import open_x
from records.nouns import Account
from service.settings import Settings, SettingsError
from service.settings_document import AccountSettings

ADDRESSES = {
    "x": "https://api.twitter.com",
    "facebook": "https://graph.facebook.com",
    "instagram": "https://graph.facebook.com",
}
"""Where a network answers, unless the settings name a stand-in."""


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
