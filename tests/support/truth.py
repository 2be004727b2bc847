"""Compares what Aparte stored with the posts file and with what the practice network says really happened."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)
NAMED = 5
"""So many of what is wrong are named."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a demo's home holds, and everything in it that the file or the truth contradicts."""

    mentions: int
    actions: Counter[str]
    sent: Counter[str]
    """By act."""
    rooms_opened: int
    contradictions: tuple[str, ...]


def compare(home: Path, posts: Path) -> Compared:
    """Read a demo's databases and `truth.json`, and the file that it played. Nothing of Aparte is asked."""
    truth = json.loads((home / "truth.json").read_text(encoding="utf-8"))
    ids = {post["source_id"]: post["id"] for post in truth["posts"]}
    wanted = [ids.get(source_id, f"{source_id}, never served") for source_id in inbound_ids(posts)]
    with closing(sqlite3.connect(f"file:{home / 'aparte.db'}?mode=ro", uri=True)) as database:
        stored = [row[0] for row in database.execute("SELECT external_id FROM mention")]
        decisions = _by_mention(database, "decision")
        sent = database.execute(
            "SELECT act, external_id, target_external_id, text FROM reply WHERE status = 'sent'"
        ).fetchall()
        actions = dict(
            database.execute("SELECT action, count(*) FROM decision WHERE superseded_at IS NULL GROUP BY action")
        )
        (opened,) = database.execute("SELECT count(*) FROM room WHERE opened_at IS NOT NULL").fetchone()
        found = (
            *_not_equal("mention", Counter(wanted), Counter(stored)),
            *_not_once("live assessment", stored, _by_mention(database, "assessment")),
            *_not_once("live decision", stored, decisions),
            *_not_equal("public reply", _told(truth["replies"], "in_reply_to"), _sent(sent, "public_reply")),
            *_not_equal("private message", _told(truth["messages"], "to"), _sent(sent, "private_message")),
            *_not_equal("hide", _hidden(truth["hides"]), _sent(sent, "hide")),
            *_other_words(truth["replies"], sent),
        )
    return Compared(
        mentions=len(stored),
        actions=Counter(actions),
        sent=Counter(row[0] for row in sent),
        rooms_opened=opened,
        contradictions=found,
    )


def inbound_ids(posts: Path) -> Iterator[str]:
    """The ids of a posts file's readable rows that are not the brand's own."""
    with posts.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        if posts.suffix == ".csv":
            yield from (row["id"] for row in csv.DictReader(file) if row.get("inbound", "") not in {"False", "false"})
            return
        for line in file:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and {"id", "text"} <= set(row) and row.get("inbound", True):
                yield str(row["id"])


def _by_mention(database: sqlite3.Connection, table: str) -> Counter[str]:
    query = (
        "SELECT mention.external_id FROM mention JOIN {table} AS found"
        " ON found.mention_id = mention.id AND found.revision = mention.revision WHERE found.superseded_at IS NULL"
    )
    return Counter(row[0] for row in database.execute(query.replace("{table}", table)))


def _sent(rows: list[tuple[str, str, str, str]], act: str) -> Counter[tuple[str, str]]:
    return Counter((external_id, target) for each, external_id, target, _ in rows if each == act)


def _told(acts: list[dict[str, str]], whom: str) -> Counter[tuple[str, str]]:
    return Counter((act["id"], act[whom]) for act in acts)


def _hidden(hides: list[dict[str, object]]) -> Counter[tuple[str, str]]:
    return Counter((str(hide["id"]), str(hide["id"])) for hide in hides if hide["hidden"])


def _other_words(told: list[dict[str, str]], rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    written = {external_id: text for act, external_id, _, text in rows if act == "public_reply"}
    other = [each["id"] for each in told if written.get(each["id"], each["text"]) != each["text"]]
    if other:
        yield f"{len(other)} public replies say other words than stored: {other[:NAMED]}"


def _not_once(what: str, stored: list[str], counted: Counter[str]) -> Iterator[str]:
    wrong = [external_id for external_id in stored if counted[external_id] != 1]
    if wrong:
        yield f"{len(wrong)} mentions have not exactly one {what}: {wrong[:NAMED]}"


def _not_equal(what: str, truth: Counter[Item], stored: Counter[Item]) -> Iterator[str]:
    for title, difference in (("missing", truth - stored), ("untrue", stored - truth)):
        if difference:
            yield f"{what}: {sum(difference.values())} {title}: {list(difference)[:NAMED]}"
    twice = [key for key, count in (truth | stored).items() if count > 1]
    if twice:
        yield f"{what}: {len(twice)} more than once: {twice[:NAMED]}"
