"""The rule engine: the first rule that holds decides a mention; where none does, a person.

A mention is held for a person, and `Verdict.rule` and `Verdict.reasons` say why, where

- a rule says so: `rule` is its name;
- no live rule holds: `no-rule`;
- the rule that holds rests on a fact whose source begins with `unsure:`: `unsure`;
- a condition could not be evaluated: `error`, for a supervisor.

After the engine, `service/deciding/reply_blockers.py` turns a rule that speaks into a hold where it may not be carried
out, and `service/deciding/decide.py` does so beyond a pilot's daily invitations; each adds a sentence to `reasons`. A
reply of a decided mention is held by itself: `replies/preflight.py` lists why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from policies import reasons
from policies.rulebook.conditions import EvaluationError
from policies.rulebook.fact_sheet import FactSheet
from policies.rulebook.rule import HIDE_PERMISSION, Hide, Rule, RuleState
from policies.rulebook.rulebook import Rulebook
from records.enums import Action, Approval, Priority, Queue
from records.models import Fact, Verdict

NO_RULE = "no-rule"
UNSURE = "unsure"
ERROR = "error"

_NOTHING_SPENT: Mapping[str, int] = MappingProxyType({})


def decide(
    rulebook: Rulebook, facts: Mapping[str, Fact], *, now: datetime, spent_today: Mapping[str, int] = _NOTHING_SPENT
) -> Verdict:
    """Apply a rulebook to the facts of one mention.

    Rules are tried in order and the first live one that holds decides. A rule that is past its last day or has
    used up its daily limit is passed over, with a reason; so is a shadow rule. Whatever no rule speaks of, cannot
    be evaluated, or rests on unsure facts is held for a person.

    Args:
        rulebook: the rules.
        facts: every fact by its name; a source that begins with `unsure:` marks one that is not to be relied on.
        now: the present, in the brand's zone: its date is the day that limits and last days speak of.
        spent_today: how often each rule has decided on that day, by its name.

    Raises:
        ValueError: where `now` has no zone.

    """
    if now.tzinfo is None:
        raise ValueError("`now` has no zone; pass an aware datetime in the brand's zone.")
    sheet = FactSheet(facts, reader=rulebook.reader)
    passed_over: list[str] = []
    for rule in _that_may_hold(rulebook, sheet):
        try:
            if not sheet.satisfies(rule):
                continue
        except EvaluationError as error:
            explained = reasons.not_evaluated(rule, error)
            if _why_silent(rule, now=now, spent_today=spent_today) is None:
                return _error(rulebook, rule, explained, passed_over)
            passed_over.append(explained)
            continue
        silenced = _why_silent(rule, now=now, spent_today=spent_today)
        if silenced is None:
            return _decided(rulebook, rule, sheet, passed_over)
        passed_over.append(silenced)
    return _held(rulebook, NO_RULE, (reasons.NOTHING_MATCHED, *passed_over), queue=Queue.CARE)


def _that_may_hold(rulebook: Rulebook, sheet: FactSheet) -> Iterator[Rule]:
    """The rules in order, without those that are known not to hold."""
    for group in rulebook.rule_groups:
        first = sheet.first_of(group.first) if group.first is not None else None
        yield from group.rules[first or 0 :]


def _why_silent(rule: Rule, *, now: datetime, spent_today: Mapping[str, int]) -> str | None:
    if rule.state is RuleState.SHADOW:
        return reasons.would_have(rule)
    if rule.expires is not None and now.date() > rule.expires:
        return reasons.expired(rule)
    if rule.per_day is not None and spent_today.get(rule.name, 0) >= rule.per_day:
        return reasons.spent(rule)
    return None


def _decided(rulebook: Rulebook, rule: Rule, sheet: FactSheet, passed_over: list[str]) -> Verdict:
    read = sheet.read(rule)
    unsure = [name for name, fact in read if fact.source.startswith("unsure:")]
    lines = (*(reasons.fact(name, fact) for name, fact in read), *passed_over)
    if unsure and rule.action is not Action.HOLD:
        explained = (reasons.unsure(rule, unsure), *lines)
        return _held(rulebook, UNSURE, explained, queue=Queue.CARE, priority=rule.priority)
    return Verdict(
        action=rule.action,
        rule=rule.name,
        queue=rule.queue,
        priority=rule.priority,
        approval=rule.approval,
        hide=rule.hide is Hide.IF_PERMITTED and sheet.is_true(HIDE_PERMISSION),
        template=rule.template,
        reasons=(reasons.matched(rule), *lines),
        rulebook_version=rulebook.version,
        propose_hide=rule.propose_hide,
        promotion=rule.promotion,
        even_in_crisis=rule.even_in_crisis,
    )


def _error(rulebook: Rulebook, rule: Rule, explained: str, passed_over: list[str]) -> Verdict:
    priority = rule.priority if rule.priority is Priority.HARM else Priority.HIGH
    return _held(rulebook, ERROR, (explained, *passed_over), queue=Queue.SUPERVISOR, priority=priority)


def _held(
    rulebook: Rulebook,
    rule: str,
    explained: tuple[str, ...],
    *,
    queue: Queue,
    priority: Priority = Priority.NORMAL,
) -> Verdict:
    return Verdict(
        action=Action.HOLD,
        rule=rule,
        queue=queue,
        priority=priority,
        approval=Approval.ONE,
        hide=False,
        template=None,
        reasons=explained,
        rulebook_version=rulebook.version,
    )
