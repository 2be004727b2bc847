"""Tries rulebooks on stored decisions: what one would do, and how two differ. Nothing is written or sent."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from policies.rulebook import Rulebook, load_rulebook
from records.database import open_engine, reading
from service.redeciding import Place, Redecider, Spent, facts_of
from service.stored_facts import Selection, Span, StoredFacts, read_stored, spans_of
from service.tallies import Counted, Differences

FEW = 20_000
"""Up to so many decisions one process is as fast as several."""
PROCESSES = 2
STRETCHES = 8
"""Parts that are shared out among the processes, so that progress can be told and none waits for the other."""

_Found = TypeVar("_Found", Counted, Differences)


@dataclass(frozen=True, kw_only=True)
class Written:
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
    selection: Selection
    places: Mapping[int, Place]
    """By account."""
    rulebooks: tuple[Written, ...]


_Work = Callable[[Trial, Span, bool], tuple[_Found, list[Spent]]]
"""Tries one span; the last argument says whether daily limits are only counted."""


def simulate(trial: Trial, *, on_part: Callable[[float], None]) -> Counted:
    """What the one rulebook of a trial would do; `on_part` is told the share that is done now and then."""
    return _added_up(_simulate_span, trial, Counted, on_part)


def differ(trial: Trial, *, on_part: Callable[[float], None]) -> Differences:
    """How the two rulebooks of a trial differ."""
    return _added_up(_differ_span, trial, Differences, on_part)


def _simulate_span(trial: Trial, span: Span, unlimited: bool) -> tuple[Counted, list[Spent]]:  # noqa: FBT001 - mapped over processes
    (redecider,) = redeciders = _redeciders(trial, unlimited=unlimited)
    counted = Counted()
    for stored in _stored(trial, span):
        counted.add(stored.decision_id, redecider.outcome(stored, facts_of(stored, redecider.reads)))
    return counted, [each.spent for each in redeciders]


def _differ_span(trial: Trial, span: Span, unlimited: bool) -> tuple[Differences, list[Spent]]:  # noqa: FBT001 - mapped over processes
    before, after = redeciders = _redeciders(trial, unlimited=unlimited)
    names, differences = before.reads | after.reads, Differences()
    for stored in _stored(trial, span):
        known = facts_of(stored, names)
        differences.add(stored.decision_id, before.outcome(stored, known), after.outcome(stored, known))
    return differences, [each.spent for each in redeciders]


def _redeciders(trial: Trial, *, unlimited: bool) -> list[Redecider]:
    return [Redecider(written.compiled(), trial.places, unlimited=unlimited) for written in trial.rulebooks]


def _stored(trial: Trial, span: Span) -> Iterator[StoredFacts]:
    engine = open_engine(trial.database)
    try:
        with reading(engine) as session:
            yield from read_stored(session, trial.selection, span)
    finally:
        engine.dispose()


def _added_up(
    work: _Work[_Found], trial: Trial, nothing: Callable[[], _Found], on_part: Callable[[float], None]
) -> _Found:
    """In parts where that is worth it: a daily limit that no part and no sum of parts reaches changes nothing."""
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


def _spans(trial: Trial, *, parts: int) -> tuple[int, list[Span]]:
    engine = open_engine(trial.database)
    try:
        with reading(engine) as session:
            return spans_of(session, trial.selection, parts)
    finally:
        engine.dispose()


def _in_parallel(work: _Work[_Found], trial: Trial, spans: Sequence[Span]) -> Iterator[tuple[_Found, list[Spent]]]:
    # Spawned, as everywhere: a forked child would share connections with its parent.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=PROCESSES, mp_context=context) as pool:
        yield from pool.map(work, [trial] * len(spans), spans, [True] * len(spans))
