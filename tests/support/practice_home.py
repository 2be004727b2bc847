"""A demo's home: a posts file, a practice network that serves it, and settings that point at it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.options import SandboxOptions
from sandbox.server import running
from service.demo.home import Home, prepare_home, read_accounts, write_settings
from service.demo.practice_network import PracticeNetworkClient
from service.wiring.settings import Settings, load_settings
from tests.support.databases import copy_databases

ENDS_AT = datetime(2026, 9, 18, 12, tzinfo=UTC)
CAST = Path(__file__).resolve().parents[2] / "sandbox" / "cast" / "posts.jsonl"


_OF_A_SECTOR = re.compile(r"(?m)^(?:sector|phone|emergency_phone) = .*\n")


@dataclass(frozen=True, kw_only=True)
class PracticeHome:
    """A practice network that runs, and settings that point at it."""

    practice: PracticeNetworkClient
    home: Home

    @property
    def settings(self) -> Settings:
        return load_settings(self.home.settings_file)


@contextmanager
def practice_home(folder: Path, *, posts: Path | None = None, database: str | None = None) -> Iterator[PracticeHome]:
    """Serve a world whose time stands still until moved; `database` replaces the SQLite file.

    Its brands are shops without telephones, whatever the practice network says of them.
    """
    options = SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT)
    with running(options) as base_url:
        home = prepare_home(folder)
        practice = PracticeNetworkClient(base_url)
        copy_databases(home.folder)
        write_settings(
            home,
            read_accounts(practice.accounts(), base_url),
            base_url=base_url,
            room_port=1,
            dashboard_port=1,
            classifier="fast",
        )
        written = _OF_A_SECTOR.sub("", home.settings_file.read_text(encoding="utf-8"))
        if database is not None:
            written = written.replace('database = "sqlite:///aparte.db"', f'database = "{database}"', 1)
        home.settings_file.write_text(written, encoding="utf-8")
        try:
            yield PracticeHome(practice=practice, home=home)
        finally:
            practice.close()


def write_posts(file: Path, *, count: int, seconds_apart: int = 30) -> Path:
    """Write `count` posts of the cast, close together in time, as a posts file."""
    rows = [json.loads(line) for line in CAST.read_text(encoding="utf-8").splitlines()]
    summoning = [row for row in rows if row["summons"] and row["in_reply_to"] is None]
    step = len(summoning) // count
    chosen = summoning[:: max(1, step)][:count]
    lines = [json.dumps(_as_row(row, number, seconds_apart), ensure_ascii=False) for number, row in enumerate(chosen)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _as_row(row: Mapping[str, object], number: int, seconds_apart: int) -> dict[str, object]:
    at = ENDS_AT - timedelta(days=1) + timedelta(seconds=number * seconds_apart)
    kept = {name: row[name] for name in ("id", "text", "author", "lang", "brand")}
    return {**kept, "created_at": at.isoformat(), "inbound": True}
