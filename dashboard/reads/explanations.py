"""Why a decision is what it is, worked out anew from its stored facts and the rulebook of that version."""

from __future__ import annotations

import re

from sqlmodel import Session

from dashboard.reads.findings import Decided
from policies import reasons
from policies.engine import ERROR, NO_RULE, UNSURE
from policies.explanation import Explanation, explain
from policies.problems import RulebookError
from service.rulebooks import UnknownRulebookError, stored

_A_FACT = re.compile(r"[a-z][a-z_.]* = ")


def explanation_of(session: Session, decided: Decided, *, language: str) -> Explanation | None:
    """The explanation in `language`; None where only the reasons that were stored can tell.

    So it is where the rulebook of that version is not kept or can no longer be read, where no rule of it decided (one
    of our own accounts wrote, say), and where it cannot be found again which rule was unsure or failed.
    """
    try:
        rulebook = stored(session, decided.rulebook_version)
    except (UnknownRulebookError, RulebookError):
        return None
    told = explain(rulebook, decided.known, rule=decided.rule, language=language)
    found = decided.rule == NO_RULE or any(rule.name == decided.rule for rule in rulebook.rules)
    return told if found or (decided.rule in {UNSURE, ERROR} and told.facts) else None


def further_reasons(decided: Decided) -> tuple[str, ...]:
    """Stored reasons that an explanation does not tell: what kept the rule from speaking, rules in shadow."""
    told = (f"Rule {decided.rule}: ", reasons.NOTHING_MATCHED, "Held for a person: rule ")
    return tuple(each for each in decided.reasons if not each.startswith(told) and not _A_FACT.match(each))
