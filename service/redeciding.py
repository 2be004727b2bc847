"""Decides stored facts anew by a rulebook. Pure but for what it counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from policies.engine import decide
from policies.rulebook import Rulebook
from policies.vocabulary import default_facts
from records.nouns import Fact
from service.desk_hours import desk_hours
from service.facts import CALENDAR_FACTS, fact_of, what_the_calendar_says
from service.outcomes import READ, Assumed, Outcome, outcome_of
from service.stored_facts import StoredFacts

_MOST_KEPT = 50_000
_NOTHING_SPENT: Mapping[str, int] = {}
_DEFAULTS: Mapping[str, Fact] = default_facts()
"""Of facts that are younger than a stored decision."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a rulebook needs to know of an account."""

    zone: str
    assumed: Assumed


def facts_of(stored: StoredFacts, names: Collection[str]) -> dict[str, Fact]:
    """The named facts of one decision; those that it did not know have their defaults."""
    known = stored.facts
    return {
        name: fact_of(known[name]["value"], known[name]["source"]) if name in known else _DEFAULTS[name]
        for name in names
    }


Spent = Counter[tuple[int, date, str]]
"""How often a rule decided, by account and day of the brand."""


class Redecider:
    """One rulebook, asked about one stored decision after the other in the order in which they were made.

    Daily limits are counted anew: each rule decides as often in a day as this rulebook would have let it. With
    `unlimited` they are only counted, and `is_within_limits` tells afterwards whether any would have been reached.
    """

    def __init__(self, rulebook: Rulebook, places: Mapping[int, Place], *, unlimited: bool = False) -> None:
        self._rulebook = rulebook
        self._places = places
        self._zones = {account_id: ZoneInfo(place.zone) for account_id, place in places.items()}
        self.reads = rulebook.reads | READ
        """Names of the facts that it has to be given."""
        self._reads_calendar = not rulebook.reads.isdisjoint(CALENDAR_FACTS)
        self._limits = {rule.name: rule.per_day for rule in rulebook.rules if rule.per_day is not None}
        self._unlimited = unlimited
        self._spent: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
        self._hours: dict[tuple[str, datetime], dict[str, Fact]] = {}

    @property
    def spent(self) -> Spent:
        """How often each rule with a daily limit has decided."""
        return Counter(
            {
                (account_id, day, rule): times
                for (account_id, day), rules in self._spent.items()
                for rule, times in rules.items()
            }
        )

    def is_within_limits(self, spent: Spent) -> bool:
        """Whether no rule decided more often in a day than it may."""
        return all(times <= self._limits[rule] for (_, _, rule), times in spent.items())

    def outcome(self, stored: StoredFacts, facts: Mapping[str, Fact]) -> Outcome:
        """What this rulebook would have come to on the facts of a stored decision."""
        place = self._places[stored.account_id]
        local = stored.made_at.astimezone(self._zones[stored.account_id])
        if self._reads_calendar:
            facts = {**facts, **self._calendar(place.zone, local)}
        today = stored.account_id, local.date()
        spent = self._spent[today] if self._limits and not self._unlimited else _NOTHING_SPENT
        verdict = decide(self._rulebook, facts, now=local, spent_today=spent)
        if verdict.rule in self._limits:
            self._spent[today][verdict.rule] += 1
        return outcome_of(verdict, facts, place.assumed)

    def _calendar(self, zone: str, local: datetime) -> dict[str, Fact]:
        found = self._hours.get((zone, local))
        if found is None:
            if len(self._hours) >= _MOST_KEPT:
                self._hours.clear()
            said = what_the_calendar_says(desk_hours(local, self._rulebook.calendar))
            found = self._hours[zone, local] = {name: fact_of(value, "calendar") for name, value in said.items()}
        return found
