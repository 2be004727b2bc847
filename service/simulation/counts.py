"""Counts of estimates: by action and rule for one rulebook, by change for two. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from records.enums import Action
from service.simulation.estimate import Estimate

_Key = TypeVar("_Key")

EXAMPLES = 3
"""Decisions that are kept as examples of each rule, or of each change."""


@dataclass(kw_only=True)
class Totals:
    """Sums over estimates."""

    posts: int = 0
    public: int = 0
    private: int = 0
    alone: int = 0
    """Said without anybody's approval."""
    hides: int = 0
    cost: float = 0.0
    exposure: float = 0.0
    examples: list[int] = field(default_factory=list)
    """Ids of the first decisions."""

    def add(self, outcome: Estimate, *, times: int = 1) -> None:
        """Add one estimate; `times` of -1 subtracts it."""
        self.public += times * outcome.public
        self.private += times * outcome.private
        self.alone += times * outcome.alone
        self.hides += times * outcome.done.hides
        self.cost += times * outcome.cost
        self.exposure += times * outcome.exposure

    def met(self, decision_id: int) -> None:
        """Count one post."""
        self.posts += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(decision_id)

    def merge(self, other: Totals) -> None:
        """Add the sums of another range of decisions."""
        self.posts += other.posts
        self.public += other.public
        self.private += other.private
        self.alone += other.alone
        self.hides += other.hides
        self.cost += other.cost
        self.exposure += other.exposure
        self.examples = (self.examples + other.examples)[:EXAMPLES]


class DecisionKey(NamedTuple):
    """The key that one rulebook's decisions are counted by."""

    action: Action
    rule: str
    queue: str
    """Where people see it; empty where nobody does."""
    waits: bool
    """A person has to do something before anything is said."""


class ChangeKey(NamedTuple):
    """The key that differing decisions are counted by."""

    before: Action
    before_rule: str
    after: Action
    after_rule: str


@dataclass(kw_only=True)
class SimulationCounts:
    """Counts of one rulebook over many posts."""

    posts: int = 0
    by_decision: dict[DecisionKey, Totals] = field(default_factory=dict)

    def add(self, decision_id: int, outcome: Estimate) -> None:
        """Count one post."""
        waits = outcome.done.action is not Action.LISTEN and not outcome.alone
        key = DecisionKey(outcome.done.action, outcome.rule, outcome.done.queue if waits else "", waits)
        tally = self.by_decision.setdefault(key, Totals())
        tally.met(decision_id)
        tally.add(outcome)
        self.posts += 1

    def merge(self, other: SimulationCounts) -> None:
        """Add the counts of another range of decisions."""
        self.posts += other.posts
        _merge(self.by_decision, other.by_decision.items())


@dataclass(kw_only=True)
class DifferenceCounts:
    """How two rulebooks differ over many posts; sums are those of the second less those of the first."""

    posts: int = 0
    same_by_another_rule: int = 0
    """Posts of which nothing changes but the rule that says so."""
    matrix: Counter[tuple[Action, Action]] = field(default_factory=Counter)
    """All posts by the action of each."""
    by_change: dict[ChangeKey, Totals] = field(default_factory=dict)
    gained: int = 0
    """Posts that would be answered, in public or in private, and were not."""
    lost: int = 0
    """Posts that were answered and would not be."""

    @property
    def changed(self) -> int:
        """Posts of which something changes."""
        return sum(tally.posts for tally in self.by_change.values())

    def add(self, decision_id: int, before: Estimate, after: Estimate) -> None:
        """Compare two estimates of one post."""
        self.posts += 1
        self.matrix[before.done.action, after.done.action] += 1
        if before.done == after.done:
            self.same_by_another_rule += before.rule != after.rule
            return
        change = ChangeKey(before.done.action, before.rule, after.done.action, after.rule)
        tally = self.by_change.setdefault(change, Totals())
        tally.met(decision_id)
        tally.add(after)
        tally.add(before, times=-1)
        was, would = before.public or before.private, after.public or after.private
        self.gained += would and not was
        self.lost += was and not would

    def merge(self, other: DifferenceCounts) -> None:
        """Add the counts of another range of decisions."""
        self.posts += other.posts
        self.same_by_another_rule += other.same_by_another_rule
        self.matrix.update(other.matrix)
        self.gained += other.gained
        self.lost += other.lost
        _merge(self.by_change, other.by_change.items())


def _merge(into: dict[_Key, Totals], items: Iterable[tuple[_Key, Totals]]) -> None:
    for key, tally in items:
        if key in into:
            into[key].merge(tally)
        else:
            into[key] = tally
