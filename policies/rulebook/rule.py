"""One written rule: its state, condition, outcome, limits and examples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from policies.rulebook.conditions import Condition, compile_condition
from policies.rulebook.source import SourceBlock, SourceEntry, WrittenRule, block_of
from policies.vocabulary import VOCABULARY, FactDeclaration, FactType
from records.enums import Action, Approval, Priority, Queue
from records.models import FactValue

YES, NO = "true", "false"
YES_OR_NO = (YES, NO)


class RuleState(StrEnum):
    """How far a rule counts."""

    DRAFT = "draft"
    """Not looked at."""
    SHADOW = "shadow"
    """Says what it would have decided, and decides nothing."""
    LIVE = "live"
    """Decides."""


class Hide(StrEnum):
    """Whether the post is hidden, besides the action."""

    NEVER = "never"
    IF_PERMITTED = "if_permitted"


_WHOLE = re.compile(r"[-+]?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class RuleExample:
    """One text for which a rule decides, or on purpose does not."""

    text: str
    lang: str
    """ISO 639-1, or `und`; stands for the fact `language` where the example does not give it."""
    facts: Mapping[str, FactValue] | None
    """What differs from the defaults of the vocabulary; None where only the text was given."""
    decides: bool
    """False for a text that another rule decides."""
    line: int


def examples_of(block: SourceBlock) -> tuple[RuleExample, ...]:
    """The examples of a rule; what cannot be read in them is left out."""
    entry = block.entry("examples")
    items = entry.items if entry is not None else ()
    return tuple(_example(item, written) for item in items if (written := block_of(item.node)) is not None)


def fact_value(entry: SourceEntry, declared: FactDeclaration) -> FactValue | None:
    """A fact's value as written; None where it is not of its type. Whether a rule may read it is not asked here."""
    text = entry.text
    if text is None:
        return None
    if declared.type is FactType.BOOL:
        return _BOOLS.get(text.strip())
    if declared.type is FactType.INT:
        return int(text) if _WHOLE.fullmatch(text.strip()) else None
    if declared.type is FactType.DOUBLE:
        return float(text) if _DECIMAL.fullmatch(text.strip()) else None
    return text


def _example(item: SourceEntry, block: SourceBlock) -> RuleExample:
    facts = block.block("facts")
    return RuleExample(
        text=block.text("text") or "",
        lang=block.text("lang") or "",
        facts=_facts(facts) if facts is not None else None,
        decides=block.text("not") != YES,
        line=item.line,
    )


def _facts(block: SourceBlock) -> dict[str, FactValue]:
    known = [entry for entry in block.entries if entry.key in VOCABULARY]
    values = {entry.key: fact_value(entry, VOCABULARY[entry.key]) for entry in known}
    return {name: value for name, value in values.items() if value is not None}


HIDE_PERMISSION = "permission.hide"

_APPROVAL_LEFT_OUT = {Action.LISTEN: Approval.NONE}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When it holds, and what is done then."""

    name: str
    state: RuleState
    condition: Condition
    action: Action
    queue: Queue
    """Where it is held: by a `hold`, or while an answer waits for approval."""
    priority: Priority
    approval: Approval
    hide: Hide
    propose_hide: bool
    """A person is asked whether to hide the post; the rule itself hides nothing."""
    template: str | None
    promotion: bool
    """What is said advertises."""
    even_in_crisis: bool
    """What it says leaves although the brand's crisis switch is on."""
    because: str
    owner: str
    """Who answers for the rule; empty where nobody is named."""
    per_day: int | None
    """How often it may decide in one day of the brand; None for without limit."""
    expires: date | None
    """The last day on which it decides; None for without end."""
    examples: tuple[RuleExample, ...]
    line: int

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of the facts it reads: in its condition, and for what it would do."""
        extra = {HIDE_PERMISSION} if self.hide is Hide.IF_PERMITTED else set()
        return self.condition.reads | extra


def rule_of(written: WrittenRule) -> Rule:
    """The rule that was written, in a rulebook that was found to be without problems."""
    nothing = SourceBlock(line=written.line, entries=())
    then = written.then or nothing
    limits = written.limits or nothing
    action = Action(then.text("action") or "")
    per_day, expires = limits.text("per_day"), limits.text("expires")
    return Rule(
        name=written.name,
        state=RuleState(written.block.text("state") or ""),
        condition=compile_condition(written.block.text("when") or ""),
        action=action,
        queue=Queue(then.text("queue") or Queue.CARE),
        priority=Priority(then.text("priority") or Priority.NORMAL),
        approval=Approval(then.text("approval") or _APPROVAL_LEFT_OUT.get(action, Approval.ONE)),
        hide=Hide(then.text("hide") or Hide.NEVER),
        propose_hide=then.text("propose_hide") == YES,
        template=then.text("template"),
        promotion=then.text("promotion") == YES,
        even_in_crisis=then.text("even_in_crisis") == YES,
        because=written.block.text("because") or "",
        owner=written.block.text("owner") or "",
        per_day=int(per_day) if per_day else None,
        expires=date.fromisoformat(expires) if expires else None,
        examples=examples_of(written.block),
        line=written.line,
    )
