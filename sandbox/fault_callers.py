"""Finds the account that a call is made for, before anybody has checked its credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote

from sandbox.nouns import BrandAccount

TOKENS = ("bearer-token", "access-token", "user-token", "page-token")
SIGNER = re.compile(r'oauth_token="([^"]+)"')
FORM_TOKEN = re.compile(rb'name="access_token"\r\n\r\n([^\r]+)\r\n')


class Callers:
    """The accounts by their practice tokens and by their ids in paths."""

    def __init__(self, accounts: tuple[BrandAccount, ...]) -> None:
        self._tokens = {account.credential(kind): account.id for account in reversed(accounts) for kind in TOKENS}
        self._ids = {str(account.id): account.id for account in accounts}
        self._accounts = {account.id: account for account in accounts}

    def account(self, path: str, query: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """The account's id; None where the call names none that is known."""
        if not path.startswith("/2/"):
            named = next((self._ids[part] for part in path.split("/") if part in self._ids), None)
            if named is not None:
                return named
            if path.endswith("/debug_token"):
                return self._tokens.get(parse_qs(query).get("input_token", [""])[0])
        return self._tokens.get(_token(query, headers, body))

    def known(self, identifier: int | None) -> BrandAccount | None:
        """The account with that id."""
        return self._accounts.get(identifier) if identifier is not None else None

    def named(self, name: str) -> frozenset[int]:
        """Ids of the accounts with that name, handle, brand or id; a brand has one on each network."""
        wanted = name.casefold()
        return frozenset(account.id for account in self._accounts.values() if wanted in _names(account))


def _names(account: BrandAccount) -> set[str]:
    person = account.person
    return {account.name.casefold(), person.handle.casefold(), account.brand.casefold(), str(account.id)}


def _token(query: str, headers: Mapping[str, str], body: bytes) -> str:
    header = headers.get("authorization", "")
    signed = SIGNER.search(header)
    if signed is not None:
        return unquote(signed.group(1))
    if header:
        return header.partition(" ")[2].strip()
    found = parse_qs(query).get("access_token")
    if found is None and b"access_token=" in body:
        found = parse_qs(body.decode("utf-8", errors="replace")).get("access_token")
    if found is None:
        inside = FORM_TOKEN.search(body)
        return inside.group(1).decode("utf-8", errors="replace") if inside else ""
    return found[0]
