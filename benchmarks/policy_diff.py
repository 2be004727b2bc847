"""Times `aparte policy diff` over stored decisions, of posts as varied as the facts allow.

    .venv/bin/python benchmarks/policy_diff.py --posts 100000

Makes a database in a folder of its own, with as many people, posts and decisions, and compares two shipped rulebooks.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import Session

from policies.vocabulary import VOCABULARY, FactDeclaration, FactType
from records.database import writing
from records.enums import Action, Approval, Mode, Priority, Queue
from records.models import FactValue
from records.tables.listener import MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.service import DecisionRow
from service.wiring.app import open_app
from service.wiring.settings import load_settings

BATCH = 5_000
APART = timedelta(seconds=5)
TEXTS = ("me habéis cobrado dos veces", "a qué hora abrís mañana?", "my booking has vanished", "great service today")
SETTINGS = """
[service]
database = "sqlite:///bench.db"

[[brands]]
name = "acme"

[[accounts]]
brand = "acme"
name = "acme-files"
network = "files"
external_id = "acme"
folder = "posts"
"""


def main() -> None:
    """Make the database, then time one whole command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--before", default="policies/rulebooks/default.yaml")
    parser.add_argument("--after", default="policies/rulebooks/retail-bank.yaml")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aparte-bench-") as folder:
        settings = _settings(Path(folder))
        began = time.perf_counter()
        _fill(settings, chosen.posts, random.Random(chosen.seed))  # noqa: S311 - a benchmark
        print(f"made {chosen.posts} decisions in {time.perf_counter() - began:.1f} s")
        aparte = str(Path(sys.executable).with_name("aparte"))
        command = [aparte, "policy", "diff", chosen.before, chosen.after, "--json", "--config", str(settings)]
        began = time.perf_counter()
        ended = subprocess.run(command, capture_output=True, check=True, text=True)
        seconds = time.perf_counter() - began
        found = json.loads(ended.stdout)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"compared {found['posts']} posts in {seconds:.1f} s: {found['changed']} would change")
        print(f"processor time of all its processes: {used.ru_utime + used.ru_stime:.1f} s")


def _settings(folder: Path) -> Path:
    file = folder / "aparte.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    (folder / "secrets.env").write_text(f"APARTE_MASTER_KEY={key}\n", encoding="utf-8")
    return file


def _fill(settings: Path, posts: int, chance: random.Random) -> None:
    app = open_app(load_settings(settings))
    first = datetime.now(UTC) - APART * posts
    try:
        (account_id,) = app.accounts
        for start in range(1, posts + 1, BATCH):
            numbers = range(start, min(start + BATCH, posts + 1))
            with writing(app.engine) as session:
                _store(session, list(_rows(numbers, account_id, first, chance)))
    finally:
        app.close()


def _store(session: Session, rows: list[dict[type, dict[str, object]]]) -> None:
    for table in (IdentityRow, MentionRow, MentionRevisionRow, DecisionRow):
        session.connection().execute(insert(table), [row[table] for row in rows])


def _rows(
    numbers: range, account_id: int, first: datetime, chance: random.Random
) -> Iterator[dict[type, dict[str, object]]]:
    for number in numbers:
        at = first + APART * number
        yield {
            IdentityRow: {
                "id": number,
                "network": "files",
                "external_id": f"person-{number}",
                "subject": f"subject-{number}",
                "handle": f"person{number}",
                "display_name": "",
                "biography": "",
                "reach": 10,
                "declared_bot": False,
                "first_heard_at": at,
                "last_heard_at": at,
            },
            MentionRow: {
                "id": number,
                "network": "files",
                "external_id": f"post-{number}",
                "kind": "post",
                "identity_id": number,
                "root_external_id": f"post-{number}",
                "media_urls": [],
                "revision": 1,
                "published_at": at,
                "heard_at": at,
            },
            MentionRevisionRow: {
                "mention_id": number,
                "revision": 1,
                "external_id": f"post-{number}",
                "text": f"@acme {TEXTS[number % len(TEXTS)]} ({number})",
                "text_digest": "",
                "language_hint": "",
                "heard_at": at,
            },
            DecisionRow: {
                "mention_id": number,
                "revision": 1,
                "account_id": account_id,
                "action": Action.HOLD,
                "rule": "no-rule",
                "queue": Queue.CARE,
                "priority": Priority.NORMAL,
                "approval": Approval.ONE,
                "hide": False,
                "reasons": [],
                "facts": {name: _fact(one, chance) for name, one in VOCABULARY.items()},
                "rulebook_version": "0" * 16,
                "mode": Mode.LIVE,
                "propose_hide": False,
                "made_at": at,
            },
        }


def _fact(declared: FactDeclaration, chance: random.Random) -> dict[str, FactValue]:
    return {"value": _value(declared, chance), "source": "classifier:balanced-2026.11"}


def _value(declared: FactDeclaration, chance: random.Random) -> FactValue:
    """Rare things stay rare: most signals are silent, and most posts may be answered."""
    if declared.type is FactType.BOOL:
        return chance.random() < (0.9 if declared.name.startswith("permission.") else 0.03)
    if declared.type is FactType.STRING:
        return chance.choice(declared.words) if declared.words else declared.default
    if declared.type is FactType.INT:
        return 0 if chance.random() < 0.95 else chance.randint(1, 9)
    return round(chance.random(), 4)


if __name__ == "__main__":
    main()
