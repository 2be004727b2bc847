"""The demo's home: one folder with settings, secrets, databases, truth and logs."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.wiring.settings import MASTER_KEY, SECRETS_FILE, account_secret_name

MARK = "# Made by `aparte demo`; made anew at every demo.\n"
SIGN_IN_EMAIL = "demo@aparte.example"
PHONE, EMERGENCY_PHONE = "900 000 000", "900 000 001"
"""Of the practice brands: nobody answers there."""
SECRET_KINDS = {
    "x": ("bearer_token", "api_key", "api_secret", "access_token", "access_token_secret"),
    "facebook": ("page_token", "app_secret"),
    "instagram": ("page_token", "app_secret"),
}
"""By network: the credentials of an account that the practice network gives, and the settings keep as secrets."""
_MADE_BY_DEMO = (
    "*.db",
    "*.db-wal",
    "*.db-shm",
    "truth.json",
    "summary.json",
    "logs/*.log",
    "mail/*.eml",
    "customers.csv",
)


class DemoHomeError(Exception):
    """The folder cannot be the demo's home; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class PracticeAccount:
    """An account as the practice network offers it."""

    brand: str
    name: str
    network: str
    external_id: str
    handle: str
    page_id: str
    """Of an Instagram account, the Page that it belongs to; empty otherwise."""
    base_url: str
    market: str
    languages: tuple[str, ...]
    domains: tuple[str, ...]
    sector: str
    secrets: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Home:
    """The files of one demo, and the password of its agent."""

    folder: Path
    password: str

    @property
    def settings_file(self) -> Path:
        return self.folder / "aparte.toml"

    @property
    def truth_file(self) -> Path:
        return self.folder / "truth.json"

    @property
    def customers_file(self) -> Path:
        return self.folder / "customers.csv"

    @property
    def mail(self) -> Path:
        """Where what is sent by e-mail lies."""
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


def prepare_home(folder: Path) -> Home:
    """Make the folder ready for a demo, removing what an earlier demo left there.

    Raises DemoHomeError where the folder holds settings that no demo made.
    """
    settings = folder / "aparte.toml"
    if settings.exists() and not settings.read_text(encoding="utf-8", errors="replace").startswith(MARK):
        raise DemoHomeError(f"{settings} was not made by a demo: give the demo a folder of its own with --home.")
    try:
        (folder / "logs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoHomeError(f"The folder {folder} cannot be made ({error.strerror}): choose another --home.") from None
    for pattern in _MADE_BY_DEMO:
        for file in folder.glob(pattern):
            file.unlink()
    return Home(folder=folder.resolve(), password=secrets.token_urlsafe(9))


def read_accounts(offered: str, base_url: str) -> tuple[PracticeAccount, ...]:
    """The accounts of the practice network's `/_accounts` answer."""
    return tuple(
        PracticeAccount(
            brand=account["brand"],
            name=account["name"],
            network=account["network"],
            external_id=account["external_id"],
            handle=account["handle"],
            page_id=account.get("page_id", "") if account["network"] == "instagram" else "",
            base_url=base_url,
            market=account["market"],
            languages=tuple(account["languages"]),
            domains=tuple(account["domains"]),
            sector=account["sector"],
            secrets={kind: account[kind] for kind in SECRET_KINDS[account["network"]]},
        )
        for account in json.loads(offered)
    )


def write_settings(
    home: Home,
    accounts: Sequence[PracticeAccount],
    *,
    base_url: str,
    room_port: int,
    dashboard_port: int,
    classifier: str,
    mail_port: int = 0,
) -> None:
    """Write `aparte.toml` and, readable by the owner alone, its secrets.

    With `mail_port`, mail is handed over there.
    """
    home.settings_file.write_text(
        MARK
        + _service_section(base_url, room_port, dashboard_port, classifier)
        + (_mail_section(mail_port) if mail_port else "")
        + "".join(_brand_section(account) for account in {each.brand: each for each in accounts}.values())
        + "".join(map(_account_section, accounts)),
        encoding="utf-8",
    )
    file = home.folder / SECRETS_FILE
    file.touch(mode=0o600)
    lines = [f"{MASTER_KEY}={base64.b64encode(secrets.token_bytes(32)).decode()}"]
    lines += [
        f"{account_secret_name(account.name, kind)}={value}"
        for account in accounts
        for kind, value in account.secrets.items()
    ]
    lines += [
        f"{account_secret_name(account.name, 'verify_token')}={secrets.token_urlsafe(16)}" for account in accounts
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def leave_settings(home: Home, *, room_port: int, dashboard_port: int) -> None:
    """Change the settings for a practice network that has ended: no clock of its own, and nothing is sent."""
    after = {
        "mode": '"shadow"',
        "public_url": f'"http://127.0.0.1:{room_port}"',
        "room_port": str(room_port),
        "dashboard_port": str(dashboard_port),
        "clock": '""',
    }
    written = home.settings_file.read_text(encoding="utf-8")
    for name, value in after.items():
        written = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", written, count=1)
    home.settings_file.write_text(written, encoding="utf-8")


def _service_section(base_url: str, room_port: int, dashboard_port: int, classifier: str) -> str:
    return f"""
[service]
database = "sqlite:///aparte.db"
keys_database = "sqlite:///aparte-keys.db"
mode = "live"
classifier = "{classifier}"
public_url = "http://127.0.0.1:{room_port}"
room_port = {room_port}
dashboard_port = {dashboard_port}
clock = "{base_url}/_clock"
"""


def _mail_section(port: int) -> str:
    return f"""
[smtp]
host = "127.0.0.1"
port = {port}
sender = "aparte@marca.example"
starttls = false
"""


def _brand_section(account: PracticeAccount) -> str:
    return f"""
[[brands]]
name = {json.dumps(account.brand)}
market = {json.dumps(account.market)}
languages = {json.dumps(list(account.languages))}
domains = {json.dumps(list(account.domains))}
sector = {json.dumps(account.sector)}
phone = "{PHONE}"
emergency_phone = "{EMERGENCY_PHONE}"
"""


def _account_section(account: PracticeAccount) -> str:
    page = f"page_id = {json.dumps(account.page_id)}\n" if account.page_id else ""
    return f"""
[[accounts]]
brand = {json.dumps(account.brand)}
name = {json.dumps(account.name)}
network = {json.dumps(account.network)}
external_id = {json.dumps(account.external_id)}
handle = {json.dumps(account.handle)}
base_url = {json.dumps(account.base_url)}
{page}poll_seconds = 30
"""
