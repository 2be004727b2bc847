"""The company's own sign-in: OpenID Connect, authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636)."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from room.verification.ports import SignInError
from room.web.routes.sign_in import BACK_PATH
from service.wiring.settings import Settings
from service.wiring.settings_document import OidcSettings

CLIENT_SECRET = "APARTE_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of the secret, not the secret
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that only the provider can make: `none` and those of a shared secret are refused."""
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10
MOST_CHARACTERS = 500
"""Of a reference."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class _Provider:
    """What the issuer says of itself (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    secret_in_body: bool


class OidcSignIn:
    """The room's `CompanySignIn`. Thread-safe; what the issuer says of itself is asked once, its keys when unknown."""

    def __init__(self, settings: OidcSettings, *, client_secret: str, public_url: str) -> None:
        self._settings = settings
        self._client_secret = client_secret
        self._redirect_uri = f"{public_url.rstrip('/')}{BACK_PATH}"
        self._provider: _Provider | None = None
        self._keys: KeySet | None = None
        self._lock = threading.Lock()

    def check(self) -> None:
        """Read what the issuer says of itself, and its keys. Raises SignInError, with what is wrong."""
        self._known_keys(anew=True)

    def address(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where the browser is sent. Raises SignInError where the issuer does not answer."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self._known_provider().authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def reference(self, *, code: str, verifier: str, nonce: str, now: datetime) -> str:
        """The customer's reference: the claim that the settings name, of a verified ID token. Raises SignInError."""
        claims = self._claims(self._id_token(code, verifier))
        self._check(claims, nonce, now)
        found = claims.get(self._settings.reference_claim)
        if isinstance(found, bool) or not isinstance(found, str | int) or not 0 < len(str(found)) <= MOST_CHARACTERS:
            raise SignInError(f"The ID token carries no usable claim {self._settings.reference_claim}.")
        return str(found)

    def _id_token(self, code: str, verifier: str) -> str:
        provider = self._known_provider()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
            "client_id": self._settings.client_id,
        }
        by_header: tuple[str, str] | None = None
        if self._client_secret and provider.secret_in_body:
            form["client_secret"] = self._client_secret
        elif self._client_secret:
            # RFC 6749, section 2.3.1: both halves are form-encoded first.
            by_header = (quote(self._settings.client_id, safe=""), quote(self._client_secret, safe=""))
        try:
            answer = requests.post(
                provider.token_endpoint, data=form, auth=by_header, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            found = answer.json() if answer.status_code == requests.codes.ok else {}
        except (requests.RequestException, ValueError) as error:
            raise SignInError(f"The company's sign-in does not answer ({type(error).__name__}).") from error
        token = found.get("id_token") if isinstance(found, dict) else None
        if not isinstance(token, str):
            raise SignInError(f"The company's sign-in gave no ID token (HTTP {answer.status_code}).")
        return token

    def _claims(self, token: str) -> Mapping[str, object]:
        try:
            return self._decoded(token, self._known_keys())
        except (JoseError, ValueError):
            # The issuer may have changed its keys since they were read.
            try:
                return self._decoded(token, self._known_keys(anew=True))
            except (JoseError, ValueError) as error:
                raise SignInError(f"The ID token is not signed by the issuer ({type(error).__name__}).") from error

    @staticmethod
    def _decoded(token: str, keys: KeySet) -> Mapping[str, object]:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims

    def _check(self, claims: Mapping[str, object], nonce: str, now: datetime) -> None:
        """OpenID Connect Core 1.0, section 3.1.3.7."""
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            raise SignInError(f"The ID token cannot be used ({error.error}).") from error
        told = claims.get("nonce")
        if not isinstance(told, str) or not hmac.compare_digest(told.encode("utf-8", "replace"), nonce.encode()):
            raise SignInError("The ID token answers another question than ours.")
        audience, party = claims["aud"], claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if party not in {None, self._settings.client_id} or (several and party is None):
            raise SignInError("The ID token was given to another party.")

    def _known_provider(self) -> _Provider:
        with self._lock:
            if self._provider is None:
                issuer = self._settings.issuer
                found = _json_of(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != issuer:
                    raise SignInError("The issuer calls itself by another name: check [oidc] issuer.")
                methods = found.get("token_endpoint_auth_methods_supported")
                self._provider = _Provider(
                    authorization_endpoint=_address(found, "authorization_endpoint"),
                    token_endpoint=_address(found, "token_endpoint"),
                    jwks_uri=_address(found, "jwks_uri"),
                    secret_in_body=isinstance(methods, list) and "client_secret_basic" not in methods,
                )
            return self._provider

    def _known_keys(self, *, anew: bool = False) -> KeySet:
        provider = self._known_provider()
        with self._lock:
            if self._keys is None or anew:
                try:
                    self._keys = KeySet.import_key_set(_json_of(provider.jwks_uri))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise SignInError(f"The issuer's keys cannot be read ({type(error).__name__}).") from error
            return self._keys


def sign_in_of(settings: Settings) -> OidcSignIn | None:
    """The company's sign-in where the settings have one."""
    found = settings.document.oidc
    if found is None:
        return None
    secret = settings.secrets.get(CLIENT_SECRET, "")
    return OidcSignIn(found, client_secret=secret, public_url=settings.document.service.public_url)


def _json_of(address: str) -> dict[str, object]:
    _refuse_plain(address)
    try:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        found = answer.json() if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, ValueError) as error:
        raise SignInError(f"The company's sign-in does not answer ({type(error).__name__}).") from error
    if not isinstance(found, dict):
        raise SignInError(f"The company's sign-in answers without an object (HTTP {answer.status_code}).")
    return found


def _address(found: Mapping[str, object], name: str) -> str:
    address = found.get(name)
    if not isinstance(address, str):
        raise SignInError(f"The issuer names no {name}.")
    _refuse_plain(address)
    return address


def _refuse_plain(address: str) -> None:
    """Without TLS anybody between could say who the person is; loopback has nobody between."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise SignInError("The issuer names what is no address.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SignInError("The company's sign-in must be reached by https: check [oidc] issuer.")
