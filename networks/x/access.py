"""Whether X accepts an account's own credentials, and what they permit."""

from __future__ import annotations

import requests

from networks.errors import TokenRefused
from networks.json_values import mapping, text_of
from networks.protocol import Access
from networks.x.line import XLine
from records.nouns import Account

_LEVEL = "x-access-level"
_MISSING = {
    "read": ("write", "direct messages"),
    "read-write": ("direct messages",),
}


def check_access(line: XLine, account: Account) -> Access:
    """Ask X who the access token speaks for. Raises TokenRefused where it is another account.

    X's keys do not expire. Beside its answers to signed calls it says what the app was granted.
    """
    levels: list[str] = []

    def ask() -> requests.Response:
        response: requests.Response = line.client.get_me()
        levels.append(response.headers.get(_LEVEL, ""))
        return response

    answer = line.get("/2/users/me", ask)
    found = text_of(mapping(answer.body.get("data")), "id")
    if found != account.external_id:
        raise TokenRefused(
            f"The access token of {account.name} belongs to the X account {found or 'unknown'},"
            f" not to {account.external_id}: use this account's own secrets."
        )
    return Access(missing=missing_at(levels[-1]))


def missing_at(level: str) -> tuple[str, ...]:
    """What Aparte needs and an app of this access level was not granted; nothing where the level is not known."""
    return _MISSING.get(level.strip().lower(), ())
