"""Authentication of X's API: an app's bearer token, a user's OAuth 2.0 token, or an OAuth 1.0a signature.

Signatures are made for X's address, or for the sandbox's own.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from sandbox.problems import unauthorized, user_context_needed
from sandbox.world.models import BrandAccount

SIGNED_HOSTS = ("https://api.twitter.com", "https://api.x.com")
STAMP_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class SignedCall:
    """The part of a request that its signature covers."""

    method: str
    path_and_query: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated caller; `user` is True for a user's token or signature, False for an app's bearer token."""

    account: BrandAccount
    user: bool


class Authenticator:
    """Checks calls against the practice credentials of the accounts."""

    def __init__(self, accounts: tuple[BrandAccount, ...]) -> None:
        accounts = tuple(account for account in accounts if account.network == "x")
        self._bearers = {account.credential("bearer-token"): account for account in accounts}
        self._user_tokens = {account.credential("user-token"): account for account in accounts}
        self._users = {account.credential("access-token"): account for account in accounts}
        self._endpoint = SignatureOnlyEndpoint(_Validator(self._users))

    def caller(self, call: SignedCall, *, user_only: bool) -> Caller:
        """The caller; raises X's 401, or its 403 for a bearer token where only a user may call."""
        header = call.headers.get("authorization", "")
        scheme, _, credential = header.partition(" ")
        if scheme.casefold() == "bearer":
            signer = self._user_tokens.get(credential.strip())
            if signer is not None:
                return Caller(account=signer, user=True)
            account = self._bearers.get(credential.strip())
            if account is None:
                raise unauthorized()
            if user_only:
                raise user_context_needed()
            return Caller(account=account, user=False)
        if scheme.casefold() == "oauth":
            return Caller(account=self._signer(call), user=True)
        raise unauthorized()

    def _signer(self, call: SignedCall) -> BrandAccount:
        headers = {"Authorization": call.headers["authorization"]}
        here = f"http://{call.headers.get('host', '')}"
        for host in (*SIGNED_HOSTS, here):
            try:
                valid, request = self._endpoint.validate_request(
                    host + call.path_and_query, http_method=call.method, headers=headers
                )
            except ValueError:
                continue
            if valid:
                return self._users[request.resource_owner_key]
        raise unauthorized()


class _Validator(RequestValidator):  # type: ignore[misc]
    """Looks up keys for oauthlib; a nonce may be used again, as the credentials are practice ones."""

    enforce_ssl = False
    timestamp_lifetime = STAMP_SECONDS
    client_key_length = (1, 200)
    access_token_length = (1, 200)
    nonce_length = (1, 200)
    dummy_client = "unknown"
    dummy_access_token = "unknown"  # noqa: S105 - stands for a token that does not exist
    safe_characters = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

    def __init__(self, users: dict[str, BrandAccount]) -> None:
        super().__init__()
        self._users = users

    def validate_timestamp_and_nonce(self, *_args: object, **_more: object) -> bool:
        return True

    def validate_client_key(self, client_key: str, _request: object) -> bool:
        return any(hmac.compare_digest(account.credential("api-key"), client_key) for account in self._users.values())

    def validate_access_token(self, client_key: str, token: str, _request: object) -> bool:
        account = self._users.get(token)
        return account is not None and hmac.compare_digest(account.credential("api-key"), client_key)

    def get_client_secret(self, client_key: str, _request: object) -> str:
        for account in self._users.values():
            if account.credential("api-key") == client_key:
                return account.credential("api-secret")
        return "unknown"

    def get_access_token_secret(self, _client_key: str, token: str, _request: object) -> str:
        account = self._users.get(token)
        return account.credential("access-token-secret") if account else "unknown"
