"""Settings: `aparte.toml`, the secrets beside it, and the environment. Nothing else in Aparte reads either."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from records.models import Brand
from service.wiring.settings_document import BrandSettings, Document, describe_problems

SECRETS_FILE = "secrets.env"
MASTER_KEY = "APARTE_MASTER_KEY"


class SettingsError(Exception):
    """The settings cannot be used; the message names the setting and says what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, checked and complete. `secrets` never appears in a repr."""

    document: Document
    folder: Path
    """The folder of the settings file: relative paths start here."""
    brands: Mapping[str, Brand]
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def database(self) -> str:
        return _absolute(self.document.service.database, self.folder)

    @property
    def keys_database(self) -> str:
        return _absolute(self.document.service.keys_database or "sqlite:///aparte-keys.db", self.folder)

    def secret(self, name: str) -> str:
        """The secret called `name`.

        Raises SettingsError where it is not set.
        """
        value = self.secrets.get(name, "")
        if not value:
            raise SettingsError(f"The secret {name} is not set: put it into the environment or into {SECRETS_FILE}.")
        return value

    def account_secret(self, account: str, kind: str) -> str:
        """The secret of an account, for example `APARTE_ACME_X_BEARER_TOKEN` for (`acme-x`, `bearer_token`)."""
        return self.secret(account_secret_name(account, kind))


def account_secret_name(account: str, kind: str) -> str:
    """The environment variable that carries a secret of an account."""
    return f"APARTE_{account.replace('-', '_').upper()}_{kind.upper()}"


def load_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Raises SettingsError, one sentence a problem, naming the setting and what to do.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no settings file {path}: name one with --config, or start with `aparte demo`."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error}): check the path and its rights."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {path} is not TOML ({error}): mend that line.") from None
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(describe_problems(error, path=path, document=Document)) from None
    folder = path.resolve().parent
    return settings_from(document, folder=folder, secrets=_secrets(folder), path=path)


def settings_from(document: Document, *, folder: Path, secrets: Mapping[str, str], path: Path) -> Settings:
    """Settings from a document that was read or made; `path` names it in errors. Raises SettingsError."""
    return Settings(document=document, folder=folder, brands=_brands(document, path), secrets=secrets)


def default_settings_path() -> Path:
    """`aparte.toml` here or, where there is none, that of a demo made here."""
    here, demo = Path("aparte.toml"), Path(".aparte") / "aparte.toml"
    return demo if not here.exists() and demo.exists() else here


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment for a child process of the service: this one's, with all secrets."""
    return {**os.environ, **settings.secrets}


def _brands(document: Document, path: Path) -> dict[str, Brand]:
    named = document.brands or [
        BrandSettings(name=name) for name in dict.fromkeys(account.brand for account in document.accounts)
    ]
    brands = {brand.name: _brand(brand) for brand in named}
    for account in document.accounts:
        if account.brand not in brands:
            raise SettingsError(
                f'{path}: account "{account.name}" names the brand "{account.brand}", '
                f"which is not among [[brands]]: {', '.join(brands) or 'none'}."
            )
    _refuse_twice([account.name for account in document.accounts], path)
    _check_databases(document, path)
    return brands


def _brand(brand: BrandSettings) -> Brand:
    return Brand(
        name=brand.name,
        market=brand.market,
        languages=tuple(brand.languages),
        timezone=brand.timezone,
        address=brand.address,
        rulebook=brand.rulebook,
        domains=tuple(brand.domains),
        contacts=tuple(filter(None, (*brand.contacts, brand.phone, brand.emergency_phone))),
        max_reply_age_hours=brand.max_reply_age_hours,
        sector=brand.sector,
        invitation=brand.invitation or ("code" if brand.sector == "bank" else "link"),
        proof=brand.proof or ("booking" if brand.sector == "airline" else "contact"),
        room_address=brand.room_address,
        phone=brand.phone,
        emergency_phone=brand.emergency_phone,
        private_wait_minutes=brand.private_wait_minutes,
        close_within_hours=brand.close_within_hours,
    )


def _refuse_twice(names: list[str], path: Path) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f'{path}: two [[accounts]] are called "{name}": give each a name of its own.')


def _check_databases(document: Document, path: Path) -> None:
    for name in ("database", "keys_database"):
        value: str = getattr(document.service, name)
        if not value:
            continue
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = "unreadable"
        if backend not in {"sqlite", "postgresql"}:
            raise SettingsError(
                f'{path}: [service] {name} = "{value}" is no address of a database: '
                'write "sqlite:///aparte.db" or "postgresql+psycopg://user@host/name".'
            )


def _secrets(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    file = folder / SECRETS_FILE
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            name, sign, value = line.partition("=")
            if sign and not line.lstrip().startswith("#"):
                found[name.strip()] = value.strip()
    found.update({name: value for name, value in os.environ.items() if name.startswith("APARTE_")})
    return found


def _absolute(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/") or url == prefix + ":memory:":
        return url
    return prefix + str(folder / url.removeprefix(prefix))
