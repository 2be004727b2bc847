"""Names, outcomes and limits of rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from policies.rulebook.problems import RulebookProblem, did_you_mean, one_of
from policies.rulebook.rule import YES_OR_NO, Hide, RuleState
from policies.rulebook.source import RulebookDocument, SourceBlock, WrittenRule
from records.enums import Action, Approval, Priority, Queue

RESERVED = ("no-rule", "unsure", "error")
"""Names under which verdicts without a rule are stored."""
_READABLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_THEN: tuple[tuple[str, Iterable[str]], ...] = (
    ("action", Action),
    ("queue", Queue),
    ("priority", Priority),
    ("approval", Approval),
    ("hide", Hide),
    ("propose_hide", YES_OR_NO),
    ("promotion", YES_OR_NO),
    ("even_in_crisis", YES_OR_NO),
)
_WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def name_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Missing, repeated, reserved and unreadable names."""
    first: dict[str, int] = {}
    for rule in document.rules:
        name = rule.block.text("name")
        problem = _wrong(name, first)
        if problem is not None:
            yield RulebookProblem(line=rule.line, rule=rule.name, message=problem[0], hint=problem[1])
        if name:
            first.setdefault(name, rule.line)


def outcome_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Unknown states, actions, queues, priorities, approvals and ways to hide, and what is neither true nor false."""
    for rule in document.rules:
        yield from _word(rule, rule.block, "state", RuleState, required=True)
        if rule.then is None:
            continue
        for key, words in _THEN:
            yield from _word(rule, rule.then, key, words, required=key == "action")


def limit_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Daily limits that are no positive whole numbers, and last days that are no dates."""
    for rule in document.rules:
        for entry in rule.limits.entries if rule.limits is not None else ():
            written = (entry.text or "").strip()
            if entry.key == "per_day" and not _WHOLE_NUMBER.fullmatch(written):
                message = f"The daily limit {written[:80]!r} is not a whole number from 1 upwards."
                hint = "Write, for example, `per_day: 200`; to stop a rule, give it `state: draft`."
                yield RulebookProblem(line=entry.line, rule=rule.name, message=message, hint=hint)
            if entry.key == "expires" and not _is_day(written):
                message = f"The last day {written[:80]!r} is not a date."
                yield RulebookProblem(
                    line=entry.line, rule=rule.name, message=message, hint="Write year-month-day: 2027-03-31."
                )


def _wrong(name: str | None, first: dict[str, int]) -> tuple[str, str] | None:
    if not name:
        return "The rule has no name.", "Write `name:`."
    if name in first:
        return f"Another rule of this name stands on line {first[name]}.", "Give each rule a name of its own."
    if name in RESERVED:
        return f"The name {name!r} is kept for decisions that no rule made.", "Choose another name."
    if len(name) > 80 or not _READABLE.fullmatch(name):
        return f"The name {name[:80]!r} cannot be used.", "Write small letters, digits and single hyphens."
    return None


def _word(
    rule: WrittenRule, block: SourceBlock, key: str, words: Iterable[str], *, required: bool
) -> Iterator[RulebookProblem]:
    known = [str(word) for word in words]
    entry = block.entry(key)
    if entry is None:
        if required:
            yield RulebookProblem(line=rule.line, rule=rule.name, message=f"`{key}` is missing.", hint=one_of(known))
        return
    written = block.text(key)
    if written not in known:
        message = f"Unknown {key} {(written or '')[:80]!r}."
        hint = f"{did_you_mean(written or '', known)} {one_of(known)}".strip()
        yield RulebookProblem(line=entry.line, rule=rule.name, message=message, hint=hint)


def _is_day(written: str) -> bool:
    if not _DAY.fullmatch(written):
        return False
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
