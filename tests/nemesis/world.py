"""The practice network of one seed, in a process of its own, and the settings and databases that face it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from sandbox.options import SandboxOptions
from sandbox.server import serve
from service.wiring.settings import MASTER_KEY, SECRETS_FILE, account_secret_name

TIMEOUT_SECONDS = 0.25
HANG_SECONDS = 0.3
"""Real seconds for which a call is left hanging: longer than the client waits."""
MASTER = bytes(range(32))
"""The master key of every app; it opens nothing elsewhere."""
SECRETS = (
    "bearer_token",
    "api_key",
    "api_secret",
    "access_token",
    "access_token_secret",
    "page_token",
    "app_secret",
)


@dataclass(frozen=True, kw_only=True)
class World:
    """A practice network that runs, asked over HTTP."""

    base_url: str
    session: requests.Session

    def ask(self, path: str) -> Any:
        """What it answers at one of its own paths."""
        answer = self.session.get(self.base_url + path, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def wait(self, seconds: float) -> datetime:
        """Move its time on. Returns what time it is there."""
        state = self.tell("/_clock", {"advance_seconds": seconds})
        if state is None:
            raise RuntimeError("The practice network does not move its clock.")
        return datetime.fromisoformat(state["now"])

    def tell(self, path: str, told: dict[str, object]) -> dict[str, Any] | None:
        """Tell it something; None where it refuses, as when the post is gone already."""
        answer = self.session.post(self.base_url + path, data=json.dumps(told).encode("ascii"), timeout=60)
        return dict(answer.json()) if answer.ok else None


@contextmanager
def world(posts: Path, *, ends_at: datetime, seed: int, fault_share: float) -> Iterator[World]:
    """Serve the posts with the faults of the seed, in stepped time, for the length of a `with`."""
    options = SandboxOptions(
        posts=posts,
        stepped=True,
        ends_at=ends_at,
        seed=seed,
        faults=seed,
        fault_share=fault_share,
        fault_hang=HANG_SECONDS,
    )
    reads, writes = os.pipe()
    process = os.fork()
    if process == 0:
        with suppress(KeyboardInterrupt):
            serve(options, on_ready=lambda url: _say(writes, url))
        os._exit(0)
    os.close(writes)
    session = requests.Session()
    session.trust_env = False
    try:
        with os.fdopen(reads, encoding="ascii") as answer:
            base_url = answer.readline().strip()
        if not base_url:
            raise RuntimeError("The practice network did not start; its error stands above.")
        yield World(base_url=base_url, session=session)
    finally:
        session.close()
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def write_home(
    folder: Path, *, network: World, database: str, template: Path, networks: tuple[str, ...] = ("x",)
) -> Path:
    """Put settings, secrets and the databases of `template` into `folder`. Returns the settings file."""
    accounts = [account for account in network.ask("/_accounts") if account["network"] in networks]
    for file in template.glob("*.db"):
        shutil.copy(file, folder / file.name)
    settings = folder / "aparte.toml"
    brands = {account["brand"]: account for account in accounts}
    sections = [_service(network.base_url, database), *map(_brand, brands.values())]
    sections += [_account(network.base_url, account) for account in accounts]
    settings.write_text("".join(sections), encoding="utf-8")
    secrets = {MASTER_KEY: base64.b64encode(MASTER).decode()}
    for account in accounts:
        secrets |= {account_secret_name(account["name"], kind): account[kind] for kind in SECRETS if kind in account}
    lines = [f"{name}={value}\n" for name, value in secrets.items()]
    (folder / SECRETS_FILE).write_text("".join(lines), encoding="utf-8")
    return settings


def _say(pipe: int, url: str) -> None:
    os.write(pipe, f"{url}\n".encode("ascii"))
    os.close(pipe)


def _service(base_url: str, database: str) -> str:
    # Nobody opens rooms in these worlds: their address is not of this machine.
    return f"""
[service]
database = "{database}"
mode = "live"
classifier = "fast"
public_url = "https://marca.example"
clock = "{base_url}/_clock"
"""


def _brand(account: dict[str, Any]) -> str:
    return f"""
[[brands]]
name = "{account["brand"]}"
languages = ["es", "en"]
domains = ["marca.example"]
"""


def _account(base_url: str, account: dict[str, Any]) -> str:
    page = f'page_id = "{account["page_id"]}"\n' if account["network"] == "instagram" else ""
    return f"""
[[accounts]]
brand = "{account["brand"]}"
name = "{account["name"]}"
network = "{account["network"]}"
external_id = "{account["external_id"]}"
handle = "{account["handle"]}"
base_url = "{base_url}"
poll_seconds = 100
timeout_seconds = {TIMEOUT_SECONDS}
{page}"""
