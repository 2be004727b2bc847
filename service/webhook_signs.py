"""How each network shows that a delivery is its own, and how we show it that we hold the secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from networks.meta import webhooks as meta
from networks.protocol import Delivery
from networks.x import webhooks as x
from records.nouns import Account
from service.settings import Settings, SettingsError


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What is answered to a network that asks whether we are who it should deliver to."""

    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What an account's webhook needs to know of its network."""

    challenge: Callable[[Mapping[str, str]], Challenge | None]
    """Given the query; None where we should not answer it."""
    signed: Callable[[bytes, Mapping[str, str]], bool]
    """Given body and headers."""
    deliveries: Callable[[bytes], tuple[Delivery, ...]]
    """Raises ValueError where the body is no delivery."""


def signs_of(settings: Settings, account: Account) -> Signs | None:
    """The signs of an account; None where its network delivers nothing."""
    if account.network == "x":
        return _of_x(settings, account)
    if account.network in {"facebook", "instagram"}:
        return _of_meta(settings, account)
    return None


def _of_x(settings: Settings, account: Account) -> Signs:
    api_secret = settings.account_secret(account.name, "api_secret")

    def challenge(query: Mapping[str, str]) -> Challenge | None:
        token = query.get("crc_token")
        if not token:
            return None
        answer = json.dumps({"response_token": x.answer_crc(token, api_secret)})
        return Challenge(text=answer, media_type="application/json")

    def signed(body: bytes, headers: Mapping[str, str]) -> bool:
        return x.signed(body, headers.get("x-twitter-webhooks-signature", ""), api_secret)

    return Signs(challenge=challenge, signed=signed, deliveries=x.deliveries)


def _of_meta(settings: Settings, account: Account) -> Signs:
    app_secret = settings.account_secret(account.name, "app_secret")

    def challenge(query: Mapping[str, str]) -> Challenge | None:
        verify_token = _optional(settings, account.name, "verify_token")
        answer = meta.challenge(query, verify_token) if verify_token else None
        return None if answer is None else Challenge(text=answer)

    def signed(body: bytes, headers: Mapping[str, str]) -> bool:
        return meta.signed(body, headers.get("x-hub-signature-256", ""), app_secret)

    def deliveries(body: bytes) -> tuple[Delivery, ...]:
        return meta.deliveries(body, network=account.network)

    return Signs(challenge=challenge, signed=signed, deliveries=deliveries)


def _optional(settings: Settings, account: str, kind: str) -> str:
    try:
        return settings.account_secret(account, kind)
    except SettingsError:
        return ""
