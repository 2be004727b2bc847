"""Checks everything that the service depends on, with one finding each."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

import requests

from networks.errors import NetworkError
from people.master_key import MasterKeyError, parse_master_key
from records.database import DatabaseUnusableError, reading
from room.verification.ports import SignInError
from service.operations.account_health import expires_soon, refused_feeds
from service.operations.own_packages import check_own_packages
from service.private_room.oidc import sign_in_of
from service.wiring.accounts import open_network
from service.wiring.app import open_databases, open_rulebook
from service.wiring.clock import open_clock
from service.wiring.settings import MASTER_KEY, Settings, SettingsError
from service.wiring.settings_document import AccountSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TIMEOUT_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The state of one thing that the service depends on."""

    what: str
    fault: str = ""
    """What is wrong and what to do; empty where all is well."""
    warning: str = ""
    """What will go wrong soon, where nothing is wrong yet."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Check each thing in turn; a fault in one does not hide the next."""
    yield _finding("packages", check_own_packages)
    yield _finding("master key", lambda: _check_master_key(settings))
    yield _finding("databases", lambda: _check_databases(settings))
    yield _finding("clock", lambda: _now(settings))
    yield _finding("classifier", partial(_check_classifier, settings))
    for brand in settings.brands.values():
        yield _finding(f"rulebook of {brand.name}", partial(open_rulebook, brand, settings.folder))
    for account in settings.document.accounts:
        yield _look_at_account(account, settings)
    yield from _refused_feeds(settings)
    yield _finding("address of the rooms", lambda: _check_public_url(settings))
    if settings.document.smtp is not None:
        yield _finding("mail server", lambda: _check_mail(settings))
    sign_in = sign_in_of(settings)
    if sign_in is not None:
        yield _finding("company sign-in", sign_in.check)


def _finding(what: str, look: Callable[[], object]) -> Finding:
    try:
        look()
    except requests.RequestException as error:
        return Finding(
            what=what, fault=f"does not answer ({type(error).__name__}): check that it runs, and its address."
        )
    except (
        SettingsError,
        DatabaseUnusableError,
        NetworkError,
        MasterKeyError,
        SignInError,
        ValueError,
        OSError,
    ) as error:
        return Finding(what=what, fault=str(error))
    return Finding(what=what)


def _check_master_key(settings: Settings) -> None:
    parse_master_key(settings.secret(MASTER_KEY))


def _check_classifier(settings: Settings) -> None:
    from classifier.judging.judge import load_judge  # noqa: PLC0415 - seconds of imports, for this command alone

    load_judge(settings.document.service.classifier)


def _check_databases(settings: Settings) -> None:
    for engine in open_databases(settings):
        engine.dispose()


def _look_at_account(account: AccountSettings, settings: Settings) -> Finding:
    warnings: list[str] = []

    def look() -> None:
        access = open_network(account, settings).check_access()
        if access.valid_until is not None and expires_soon(access.valid_until, now=_now(settings)):
            warnings.append(f"Its credentials expire at {access.valid_until:%Y-%m-%d %H:%M} UTC: renew them before.")
        if access.missing:
            warnings.append(f"It was not granted {', '.join(access.missing)}: grant it in the network's settings.")

    found = _finding(f"account {account.name}", look)
    return found if found.fault else Finding(what=found.what, warning=" ".join(warnings))


def _refused_feeds(settings: Settings) -> Iterator[Finding]:
    """Feeds that were refused to accounts whose credentials work, as the listener last found them."""
    try:
        engine, keys_engine = open_databases(settings)
    except (SettingsError, DatabaseUnusableError):
        return
    named = {account.name for account in settings.document.accounts}
    with reading(engine) as session:
        refused = [each for each in refused_feeds(session) if each.account in named]
    engine.dispose()
    keys_engine.dispose()
    for each in refused:
        yield Finding(what=f"feed {each.feed} of {each.account}", fault=each.reason)


def _now(settings: Settings) -> datetime:
    return open_clock(settings.document.service.clock).now()


def _check_public_url(settings: Settings) -> None:
    address = urlsplit(settings.document.service.public_url)
    if settings.document.service.mode != "live" or address.hostname in LOOPBACK:
        return
    domains = [domain for brand in settings.brands.values() for domain in brand.domains]
    on_brand = any(address.hostname == each or (address.hostname or "").endswith(f".{each}") for each in domains)
    if address.scheme != "https" or not on_brand:
        raise SettingsError(
            f"[service] public_url = {address.geturl()} will not do for mode live: "
            f"write an https address on a domain of the brand ({', '.join(domains) or 'none is set'})."
        )


def _check_mail(settings: Settings) -> None:
    smtp = settings.document.smtp
    if smtp is None:
        return
    try:
        with smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS) as server:
            server.noop()
    except (smtplib.SMTPException, socket.gaierror, OSError) as error:
        raise SettingsError(f"{smtp.host}:{smtp.port} does not take mail ({error}): check [smtp].") from None
