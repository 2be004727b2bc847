"""Decides stored facts again by another rulebook. The facts are read outside the ORM, one column, for speed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session as PlainSession
from sqlmodel import Session, col

from policies.engine import decide
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import default_facts
from records.models import Fact
from records.tables.service import DecisionRow
from service.deciding.context import desk_hours
from service.deciding.facts import CALENDAR_FACTS, calendar_facts, fact_of
from service.simulation.estimate import FACTS_READ, Assumptions, Estimate, estimate_verdict

PAGE = 2_000


@dataclass(frozen=True, kw_only=True)
class DecisionFilter:
    """Which stored decisions are read: the live ones of these accounts, since a moment."""

    account_ids: tuple[int, ...]
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StoredFacts:
    """One stored decision, as far as it can be decided anew."""

    decision_id: int
    account_id: int
    made_at: datetime
    facts: Mapping[str, Mapping[str, Any]]
    """`{name: {"value": ..., "source": ...}}`, as the row keeps them."""


@dataclass(frozen=True, kw_only=True)
class IdRange:
    """A range of decision ids: `after` is excluded, `until` included."""

    after: int
    until: int


def id_ranges(session: Session, selection: DecisionFilter, parts: int) -> tuple[int, list[IdRange]]:
    """How many decisions are selected, and ranges of ids that hold about as many each."""
    number = col(DecisionRow.id)
    count, first, last = session.execute(
        select(func.count(), func.min(number), func.max(number)).where(*_chosen(selection))
    ).one()
    if not count:
        return 0, []
    width = (last - first) // parts + 1
    return count, [
        IdRange(after=first - 1 + width * part, until=first - 1 + width * (part + 1)) for part in range(parts)
    ]


def read_stored_facts(session: PlainSession, selection: DecisionFilter, span: IdRange) -> Iterator[StoredFacts]:
    """The decisions of one range, in the order in which they were made."""
    table = DecisionRow.__table__  # type: ignore[attr-defined]
    columns = (table.c.id, table.c.account_id, table.c.made_at, cast(table.c.facts, Text))
    after = span.after
    while True:
        query = (
            select(*columns)
            .where(*_chosen(selection), table.c.id > after, table.c.id <= span.until)
            .order_by(table.c.id)
            .limit(PAGE)
        )
        rows = session.connection().execute(query).all()
        for decision_id, account_id, made_at, facts in rows:
            yield StoredFacts(
                decision_id=decision_id, account_id=account_id, made_at=made_at, facts=orjson.loads(facts)
            )
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _chosen(selection: DecisionFilter) -> Sequence[Any]:
    conditions: list[Any] = [
        col(DecisionRow.superseded_at).is_(None),
        col(DecisionRow.account_id).in_(selection.account_ids),
    ]
    if selection.since is not None:
        conditions.append(col(DecisionRow.made_at) >= selection.since)
    return conditions


_MOST_KEPT = 50_000
_NOTHING_SPENT: Mapping[str, int] = {}
_DEFAULTS: Mapping[str, Fact] = default_facts()
"""The values of facts that were added after a decision was stored."""


@dataclass(frozen=True, kw_only=True)
class SimulatedAccount:
    """What a rulebook needs to know of an account."""

    zone: str
    assumed: Assumptions


def facts_by_name(stored: StoredFacts, names: Collection[str]) -> dict[str, Fact]:
    """The named facts of one decision; those that it did not know have their defaults."""
    known = stored.facts
    return {
        name: fact_of(known[name]["value"], known[name]["source"]) if name in known else _DEFAULTS[name]
        for name in names
    }


RuleUses = Counter[tuple[int, date, str]]
"""How often a rule decided, by account and day of the brand."""


class Redecider:
    """One rulebook, asked about one stored decision after the other in the order in which they were made.

    Daily limits are counted anew: each rule decides as often in a day as this rulebook would have let it. With
    `unlimited` they are only counted, and `is_within_limits` tells afterwards whether any would have been reached.
    """

    def __init__(self, rulebook: Rulebook, places: Mapping[int, SimulatedAccount], *, unlimited: bool = False) -> None:
        self._rulebook = rulebook
        self._places = places
        self._zones = {account_id: ZoneInfo(place.zone) for account_id, place in places.items()}
        self.reads = rulebook.reads | FACTS_READ
        """Names of the facts that it has to be given."""
        self._reads_calendar = not rulebook.reads.isdisjoint(CALENDAR_FACTS)
        self._limits = {rule.name: rule.per_day for rule in rulebook.rules if rule.per_day is not None}
        self._unlimited = unlimited
        self._spent: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
        self._hours: dict[tuple[str, datetime], dict[str, Fact]] = {}

    @property
    def spent(self) -> RuleUses:
        """How often each rule with a daily limit has decided."""
        return Counter(
            {
                (account_id, day, rule): times
                for (account_id, day), rules in self._spent.items()
                for rule, times in rules.items()
            }
        )

    def is_within_limits(self, spent: RuleUses) -> bool:
        """Whether no rule decided more often in a day than it may."""
        return all(times <= self._limits[rule] for (_, _, rule), times in spent.items())

    def outcome(self, stored: StoredFacts, facts: Mapping[str, Fact]) -> Estimate:
        """Estimate what this rulebook decides on the facts of a stored decision."""
        place = self._places[stored.account_id]
        local = stored.made_at.astimezone(self._zones[stored.account_id])
        if self._reads_calendar:
            facts = {**facts, **self._calendar(place.zone, local)}
        today = stored.account_id, local.date()
        spent = self._spent[today] if self._limits and not self._unlimited else _NOTHING_SPENT
        verdict = decide(self._rulebook, facts, now=local, spent_today=spent)
        if verdict.rule in self._limits:
            self._spent[today][verdict.rule] += 1
        return estimate_verdict(verdict, facts, place.assumed)

    def _calendar(self, zone: str, local: datetime) -> dict[str, Fact]:
        found = self._hours.get((zone, local))
        if found is None:
            if len(self._hours) >= _MOST_KEPT:
                self._hours.clear()
            said = calendar_facts(desk_hours(local, self._rulebook.calendar))
            found = self._hours[zone, local] = {name: fact_of(value, "calendar") for name, value in said.items()}
        return found
