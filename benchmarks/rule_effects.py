"""What each rule of the shipped rulebooks decides on public threads: how often, and on which posts.

    python benchmarks/rule_effects.py THREADS [DECISIONS]

THREADS is the folder of public threads; DECISIONS, outside the project, gets one line a decided post, so that a person
can read what each rule did. Each post stands alone: no thread, no case, no article, no known incident, an author whom
nobody knows, on X, where an answer is permitted to whoever named the brand and a private message to nobody yet.
Rules about threads, cases, articles and incidents can therefore not decide here.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from classifier.judging.judge import load_judge
from policies.engine import decide
from policies.loading import shipped_rulebook
from policies.vocabulary import default_facts
from records.enums import Action
from records.models import Assessment, ClassifierInput, Fact, FactValue, Verdict
from service.deciding.facts import classifier_facts

LEVEL = "fast"
BATCH = 256
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""A working day; no shipped rule asks for the hour."""
AIRLINES = frozenset(
    ("AmericanAir", "British_Airways", "Delta", "SouthwestAir", "AlaskaAir", "VirginAmerica", "JetBlue", "airline")
)
_HANDLE = re.compile(r"@(\w+)")
_MASKED = re.compile(r"\d+|brand")
"""How the threads name accounts that they hide."""


@dataclass(frozen=True, kw_only=True)
class ReadPost:
    """One post of the public to a brand."""

    id: str
    brand: str
    text: str

    @property
    def names_the_brand(self) -> bool:
        """Whether the text mentions the brand's account, or one that the threads hide."""
        stem = re.sub(r"[^a-z]", "", self.brand.casefold())[:4]
        return any(
            _MASKED.fullmatch(handle) is not None or stem in handle.casefold() for handle in _HANDLE.findall(self.text)
        )


def main(threads: Path, decisions: Path | None) -> None:
    """Decide all posts, each by the rulebook of its sector, and print a table a rulebook."""
    began = perf_counter()
    sectors = {
        "retail-bank": [*_bank_posts(threads)],
        "airline": [post for post in _care_posts(threads) if post.brand in AIRLINES],
        "default": [post for post in _care_posts(threads) if post.brand not in AIRLINES],
    }
    lines: list[str] = []
    for rulebook, posts in sectors.items():
        decided = _decided(rulebook, posts)
        print("\n".join(_table(rulebook, [verdict for _, verdict in decided])))
        lines += [_line(rulebook, post, verdict) for post, verdict in decided]
    if decisions is not None:
        decisions.write_text("".join(lines), encoding="utf-8")
    print(f"\n{len(lines)} posts in {perf_counter() - began:.0f} s ({LEVEL})")


def _decided(name: str, posts: Sequence[ReadPost]) -> list[tuple[ReadPost, Verdict]]:
    judge, rulebook = load_judge(LEVEL), shipped_rulebook(name)
    verdicts: list[tuple[ReadPost, Verdict]] = []
    for start in range(0, len(posts), BATCH):
        batch = posts[start : start + BATCH]
        judged = judge.assess([ClassifierInput(text=post.text, brand_handles=(post.brand,)) for post in batch])
        for post, assessment in zip(batch, judged, strict=True):
            verdicts.append((post, decide(rulebook, _facts(post, assessment), now=NOON)))
    return verdicts


def _facts(post: ReadPost, found: Assessment) -> dict[str, Fact]:
    values: dict[str, FactValue] = {
        **classifier_facts(found),
        "mention.feed": "mentions",
        "account.network": "x",
        "permission.reply": post.names_the_brand,
        "case.private_wait_promised": 60.0,
    }
    return default_facts() | {name: Fact(value=value, source="threads") for name, value in values.items()}


def _table(name: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    counted = Counter((verdict.rule, verdict.action) for verdict in verdicts)
    by_action = Counter(verdict.action for verdict in verdicts)
    unasked = sum(
        verdict.approval == "none" and verdict.action in {Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE}
        for verdict in verdicts
    )
    yield f"\n### {name}: {len(verdicts)} posts\n"
    yield "| rule | action | posts | share |\n|---|---|---|---|"
    order = {rule.name: place for place, rule in enumerate(shipped_rulebook(name).rules)}
    for (rule, action), count in sorted(counted.items(), key=lambda row: order.get(row[0][0], len(order))):
        yield f"| {rule} | {action} | {count} | {count / len(verdicts):.1%} |"
    shares = ", ".join(f"{action} {by_action[action] / len(verdicts):.1%}" for action in Action)
    yield f"\n{shares}; said without approval {unasked / len(verdicts):.1%}."


def _line(rulebook: str, post: ReadPost, verdict: Verdict) -> str:
    told = {"rulebook": rulebook, "rule": verdict.rule, "action": verdict.action, "id": post.id, "text": post.text}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _bank_posts(threads: Path) -> Iterator[ReadPost]:
    with (threads / "es_bank_mentions_unlabelled.csv").open(encoding="utf-8", newline="") as file:
        yield from _once(ReadPost(id=row["id"], brand=row["brand"], text=row["text"]) for row in csv.DictReader(file))


def _care_posts(threads: Path) -> Iterator[ReadPost]:
    rows = (
        json.loads(line)
        for name in ("airline_dialogs_dev", "twcs_threads_dev", "ibm_care_dialogs_dev")
        for line in (threads / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    )
    yield from _once(
        ReadPost(id=row["id"], brand=row.get("brand", "airline"), text=row["text"])
        for row in rows
        if row.get("inbound", True)
    )


def _once(posts: Iterable[ReadPost]) -> Iterator[ReadPost]:
    """Each text once: the same words from many hands would be weighed by how often they were copied."""
    seen: set[str] = set()
    for post in posts:
        if post.text.casefold() not in seen:
            seen.add(post.text.casefold())
            yield post


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
