"""One written rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policies.conditions import Condition, compile_condition
from policies.examples import Example, examples_of
from policies.source import Block, WrittenRule
from policies.words import YES, Hide, State
from records.words import Action, Approval, Priority, Queue

HIDE_PERMISSION = "permission.hide"

_APPROVAL_LEFT_OUT = {Action.LISTEN: Approval.NONE}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When it holds, and what is done then."""

    name: str
    state: State
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
    examples: tuple[Example, ...]
    line: int

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of the facts it reads: in its condition, and for what it would do."""
        extra = {HIDE_PERMISSION} if self.hide is Hide.IF_PERMITTED else set()
        return self.condition.reads | extra


def rule_of(written: WrittenRule) -> Rule:
    """The rule that was written, in a rulebook that was found to be without problems."""
    nothing = Block(line=written.line, entries=())
    then = written.then or nothing
    limits = written.limits or nothing
    action = Action(then.text("action") or "")
    per_day, expires = limits.text("per_day"), limits.text("expires")
    return Rule(
        name=written.name,
        state=State(written.block.text("state") or ""),
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
