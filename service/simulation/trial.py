"""Runs one or two rulebooks over stored decisions, in parallel where there are many. Nothing is written or sent."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from policies.loading import load_rulebook
from policies.rulebook.rulebook import Rulebook
from records.database import open_engine, reading
from service.simulation.counts import DifferenceCounts, SimulationCounts
from service.simulation.redecide import (
    DecisionFilter,
    IdRange,
    Redecider,
    RuleUses,
    SimulatedAccount,
    StoredFacts,
    facts_by_name,
    id_ranges,
    read_stored_facts,
)

FEW = 20_000
"""Up to so many decisions one process is as fast as several."""
PROCESSES = 2
STRETCHES = 8
"""Parts that are distributed over the processes, so that progress can be shown and none waits for the other."""

_Found = TypeVar("_Found", SimulationCounts, DifferenceCounts)


@dataclass(frozen=True, kw_only=True)
class RulebookText:
    """A rulebook as text: what can be handed to another process."""

    name: str
    text: str

    def compiled(self) -> Rulebook:
        """The rulebook. Raises RulebookError."""
        return load_rulebook(self.text, name=self.name)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What is tried, and on which stored decisions."""

    database: str
    """Its address, as in the settings."""
    selection: DecisionFilter
    places: Mapping[int, SimulatedAccount]
    """By account."""
    rulebooks: tuple[RulebookText, ...]


_Work = Callable[[Trial, IdRange, bool], tuple[_Found, list[RuleUses]]]
"""Runs over one range; the last argument says whether daily limits are only counted."""


def run_one_rulebook(trial: Trial, *, on_part: Callable[[float], None]) -> SimulationCounts:
    """What the one rulebook of a trial would do; `on_part` is told the share that is done now and then."""
    return _added_up(_simulate_span, trial, SimulationCounts, on_part)


def run_two_rulebooks(trial: Trial, *, on_part: Callable[[float], None]) -> DifferenceCounts:
    """How the two rulebooks of a trial differ."""
    return _added_up(_differ_span, trial, DifferenceCounts, on_part)


def _simulate_span(trial: Trial, span: IdRange, unlimited: bool) -> tuple[SimulationCounts, list[RuleUses]]:  # noqa: FBT001 - mapped over processes
    (redecider,) = redeciders = _redeciders(trial, unlimited=unlimited)
    counted = SimulationCounts()
    for stored in _stored(trial, span):
        counted.add(stored.decision_id, redecider.outcome(stored, facts_by_name(stored, redecider.reads)))
    return counted, [each.spent for each in redeciders]


def _differ_span(trial: Trial, span: IdRange, unlimited: bool) -> tuple[DifferenceCounts, list[RuleUses]]:  # noqa: FBT001 - mapped over processes
    before, after = redeciders = _redeciders(trial, unlimited=unlimited)
    names, differences = before.reads | after.reads, DifferenceCounts()
    for stored in _stored(trial, span):
        known = facts_by_name(stored, names)
        differences.add(stored.decision_id, before.outcome(stored, known), after.outcome(stored, known))
    return differences, [each.spent for each in redeciders]


def _redeciders(trial: Trial, *, unlimited: bool) -> list[Redecider]:
    return [Redecider(written.compiled(), trial.places, unlimited=unlimited) for written in trial.rulebooks]


def _stored(trial: Trial, span: IdRange) -> Iterator[StoredFacts]:
    engine = open_engine(trial.database)
    try:
        with reading(engine) as session:
            yield from read_stored_facts(session, trial.selection, span)
    finally:
        engine.dispose()


def _added_up(
    work: _Work[_Found], trial: Trial, nothing: Callable[[], _Found], on_part: Callable[[float], None]
) -> _Found:
    """Run in parts where that is worth it: a daily limit that neither a part nor their sum reaches changes nothing."""
    count, spans = _spans(trial, parts=STRETCHES)
    if count > FEW:
        total, spent = nothing(), [Counter[tuple[int, date, str]]() for _ in trial.rulebooks]
        for number, (part, used) in enumerate(_in_parallel(work, trial, spans), start=1):
            total.merge(part)
            for sum_, each in zip(spent, used, strict=True):
                sum_.update(each)
            on_part(number / len(spans))
        judges = _redeciders(trial, unlimited=True)
        if all(judge.is_within_limits(each) for judge, each in zip(judges, spent, strict=True)):
            return total
    total = nothing()
    for span in _spans(trial, parts=1)[1]:
        total.merge(work(trial, span, False)[0])  # noqa: FBT003 - mapped over processes elsewhere
        on_part(1.0)
    return total


def _spans(trial: Trial, *, parts: int) -> tuple[int, list[IdRange]]:
    engine = open_engine(trial.database)
    try:
        with reading(engine) as session:
            return id_ranges(session, trial.selection, parts)
    finally:
        engine.dispose()


def _in_parallel(
    work: _Work[_Found], trial: Trial, spans: Sequence[IdRange]
) -> Iterator[tuple[_Found, list[RuleUses]]]:
    # Spawned, as everywhere: a forked child would share connections with its parent.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=PROCESSES, mp_context=context) as pool:
        yield from pool.map(work, [trial] * len(spans), spans, [True] * len(spans))
