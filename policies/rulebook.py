"""The rulebook: ordered rules, and what may be said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from policies.calendar import OFFICE_HOURS, Calendar
from policies.examining import examine
from policies.fact_reading import FactReader
from policies.problems import RulebookError
from policies.rule import Rule, rule_of
from policies.shipped import shipped_source, standard_templates
from policies.source import Document
from policies.stretches import Stretch, stretches_of
from policies.templates import Template, templates_of
from policies.written_hours import calendar_of


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
    def stretches(self) -> tuple[Stretch, ...]:
        """Its rules without drafts, in the order in which they are tried."""
        return stretches_of(self.rules)

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


def load_rulebook(source: str, *, name: str) -> Rulebook:
    """Read a rulebook from the text of its file.

    Args:
        source: the content of the file, with its line ends as they are (the version is a hash of it).
        name: the file's name, for messages, and the rulebook's name where it gives itself none.

    Raises:
        RulebookError: with every problem that was found.

    """
    document, problems = examine(source)
    if document is None or problems:
        raise RulebookError(name, problems)
    return rulebook_of(document, source=source, name=name)


def rulebook_of(document: Document, *, source: str, name: str) -> Rulebook:
    """The rulebook that was written, found to be without problems; `source` and `name` as for `load_rulebook`."""
    return Rulebook(
        name=document.root.text("rulebook") or name,
        languages=document.languages,
        rules=tuple(rule_of(written) for written in document.rules),
        templates=_templates(document),
        calendar=calendar_of(document.root.block("calendar")),
        out_of_hours=_out_of_hours(document),
        version=hashlib.sha256(source.encode()).hexdigest()[:16],
    )


@cache
def shipped_rulebook(name: str = "default") -> Rulebook:
    """A rulebook that is shipped: `default`, `retail-bank` or `airline`. Raises FileNotFoundError for another name."""
    return load_rulebook(shipped_source(name), name=f"{name}.yaml")


def _out_of_hours(document: Document) -> str | None:
    block = document.root.block("out_of_hours")
    return block.text("template") if block is not None else None


def _templates(document: Document) -> dict[str, Template]:
    standard = {
        name: template
        for name, template in templates_of(standard_templates()).items()
        if all(template.variants(language=language, address="tu") for language in document.languages[:1])
    }
    return standard | templates_of(document.templates)
