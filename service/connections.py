"""Opens the networks of the accounts that the settings name, each with its own secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_type_hints

from networks.credentials import XCredentials
from networks.protocol import Network
from networks.x.network import open_x
from records.nouns import Account
from service.settings import AccountSettings, Settings, SettingsError

ADDRESSES = {
    "x": "https://api.twitter.com",
    "facebook": "https://graph.facebook.com",
    "instagram": "https://graph.facebook.com",
}
"""Where a network answers, unless the settings name a stand-in."""


def open_network(entry: AccountSettings, settings: Settings, *, account: Account | None = None) -> Network:
    """The network of an account in the settings; `account` is its row, where there is one. Calls nobody yet.

    Raises SettingsError where a secret or a setting is missing.
    """
    account = account or _without_row(entry)
    if entry.network == "x":
        return open_x(
            account,
            XCredentials(**{kind: settings.account_secret(entry.name, kind) for kind in get_type_hints(XCredentials)}),
            base_url=address_of(entry),
            timeout_seconds=entry.timeout_seconds,
        )
    raise SettingsError(
        f'The account "{entry.name}" is on {entry.network}, which this version cannot hear yet: take it out.'
    )


def address_of(entry: AccountSettings) -> str:
    """Where the account's network answers."""
    return entry.base_url or ADDRESSES[entry.network]


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
