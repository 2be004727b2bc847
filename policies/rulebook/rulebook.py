"""The rulebook: ordered rules in groups, templates and calendar.

The rules of a group are compiled into one question, which of them is the first to hold: most rules do not hold of
most mentions, and asking sixteen at once takes a fraction of the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policies.rulebook.calendar import OFFICE_HOURS, Calendar, calendar_of
from policies.rulebook.conditions import ConditionError, FirstMatch, compile_first_match
from policies.rulebook.fact_sheet import FactReader
from policies.rulebook.rule import Rule, RuleState, rule_of
from policies.rulebook.source import RulebookDocument, standard_templates
from policies.rulebook.templates import Template, templates_of

_LENGTH = 16
"""Rules of one group."""


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """A rulebook that was found to be without problems."""

    name: str
    languages: tuple[str, ...]
    """ISO 639-1; the first one serves people of any other language."""
    rules: tuple[Rule, ...]
    templates: Mapping[str, Template]
    """Its own, and the standard ones that it does not write itself."""
    calendar: Calendar = OFFICE_HOURS
    """When the desk is open; office hours where the rulebook does not say."""
    out_of_hours: str | None = None
    """The template of what is said besides while the desk is closed; None where nothing is."""
    version: str
    """First 16 hex digits of the SHA-256 of the file's content."""

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of the facts that any of its rules reads."""
        return frozenset().union(*(rule.reads for rule in self.rules))

    @cached_property
    def reader(self) -> FactReader:
        """Reads the facts that its rules read."""
        return FactReader(self.reads)

    @cached_property
    def rule_groups(self) -> tuple[RuleGroup, ...]:
        """Its rules without drafts, in the order in which they are tried."""
        return rule_groups_of(self.rules)

    def template(self, name: str, *, language: str, address: str, variant: int) -> str:
        """One wording of a template, still with its `{variables}`.

        A language that the rulebook does not speak gets its first one. Variants are counted round, so that any
        number chooses one. Raises KeyError for a template that neither the rulebook nor the standard ones have.
        """
        template = self.templates[name]
        spoken = language if language in self.languages else self.languages[0]
        variants = template.variants(language=spoken, address=address) or template.variants(
            language=self.languages[0], address=address
        )
        return variants[variant % len(variants)]


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """Consecutive rules, drafts left out."""

    rules: tuple[Rule, ...]
    first: FirstMatch | None
    """Tells which of them is the first to hold; None for a single rule that must be asked by itself."""


def rulebook_of(document: RulebookDocument, *, source: str, name: str) -> Rulebook:
    """The rulebook as written, found to be without problems; `source` is its text, `name` its file's name."""
    return Rulebook(
        name=document.root.text("rulebook") or name,
        languages=document.languages,
        rules=tuple(rule_of(written) for written in document.rules),
        templates=_templates(document),
        calendar=calendar_of(document.root.block("calendar")),
        out_of_hours=_out_of_hours(document),
        version=hashlib.sha256(source.encode()).hexdigest()[:16],
    )


def rule_groups_of(rules: Sequence[Rule]) -> tuple[RuleGroup, ...]:
    """The rules in their order, in groups."""
    counted = [rule for rule in rules if rule.state is not RuleState.DRAFT]
    parts = (counted[start : start + _LENGTH] for start in range(0, len(counted), _LENGTH))
    return tuple(group for part in parts for group in _rule_groups(part))


def _rule_groups(rules: Sequence[Rule]) -> Iterator[RuleGroup]:
    try:
        yield RuleGroup(rules=tuple(rules), first=compile_first_match([rule.condition for rule in rules]))
    except ConditionError:
        # Each one compiles alone, so together they are only too deep for the compiler.
        if len(rules) == 1:
            yield RuleGroup(rules=tuple(rules), first=None)
            return
        middle = len(rules) // 2
        yield from _rule_groups(rules[:middle])
        yield from _rule_groups(rules[middle:])


def _out_of_hours(document: RulebookDocument) -> str | None:
    block = document.root.block("out_of_hours")
    return block.text("template") if block is not None else None


def _templates(document: RulebookDocument) -> dict[str, Template]:
    standard = {
        name: template
        for name, template in templates_of(standard_templates()).items()
        if all(template.variants(language=language, address="tu") for language in document.languages[:1])
    }
    return standard | templates_of(document.templates)
