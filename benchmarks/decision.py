"""How long one decision takes: facts in, verdict with its reasons out. Run by hand; see benchmarks/README.md.

    python -m benchmarks.decision [--decisions 5000] [--seed 1]

Facts are drawn anew for every decision, so that every rule of the shipped rulebooks is met: most signals off, most
counts 0, probabilities anywhere. Nothing is cached between decisions but the compiled rulebook. Ends with 1 where
half of the decisions take longer than 200 microseconds.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter

from policies.engine import decide
from policies.loading import shipped_rulebook
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import VOCABULARY, FactDeclaration, FactType
from records.models import Fact, FactValue

BOUND = 200.0
"""Microseconds."""
RULEBOOKS = ("default", "retail-bank", "airline")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

_MOSTLY_TRUE = frozenset({"permission.reply", "permission.hide", "permission.delete", "clock.business_hours"})
_TEXTS = {"language": ("es", "en", "en", "es", "fr", "und")}
_A_BATCH = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=5_000, help="how many, for each rulebook")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    medians = [measured(shipped_rulebook(name), decisions=told.decisions, seed=told.seed) for name in RULEBOOKS]
    return int(max(medians) > BOUND)


def measured(rulebook: Rulebook, *, decisions: int, seed: int) -> float:
    """Print what decisions by one rulebook took, and give the median in microseconds."""
    spent: list[float] = []
    deciders: Counter[str] = Counter()
    for batch in _batches(decisions, random.Random(seed)):  # noqa: S311 - no secret is drawn
        for facts in batch:
            started = perf_counter()
            verdict = decide(rulebook, facts, now=NOW)
            spent.append((perf_counter() - started) * 1e6)
            deciders[verdict.rule] += 1
    median, slow = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
    print(
        f"{rulebook.name}: {len(rulebook.rules)} rules that read {len(rulebook.reads)} facts, "
        f"{len(deciders)} different deciders. Median {median:.0f} us, 95 of 100 within {slow:.0f} us."
    )
    return median


def _batches(decisions: int, chance: random.Random) -> Iterator[list[dict[str, Fact]]]:
    """Facts of so many mentions, few at a time: thousands of them in memory would only measure the collector."""
    for start in range(0, decisions, _A_BATCH):
        batch = [_facts(chance) for _ in range(min(_A_BATCH, decisions - start))]
        gc.collect()
        yield batch


def _facts(chance: random.Random) -> dict[str, Fact]:
    return {name: Fact(value=_value(one, chance), source="benchmark") for name, one in VOCABULARY.items()}


def _value(declared: FactDeclaration, chance: random.Random) -> FactValue:
    if declared.type is FactType.BOOL:
        return chance.random() < (0.9 if declared.name in _MOSTLY_TRUE else 0.02)
    if declared.type is FactType.INT:
        return chance.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 50_000)) if declared.default == 0 else declared.default
    if declared.type is FactType.DOUBLE:
        return chance.random()
    return chance.choice(declared.words or _TEXTS.get(declared.name, (declared.default,)))


if __name__ == "__main__":
    sys.exit(main())
