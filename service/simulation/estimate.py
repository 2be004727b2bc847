"""Estimates what a verdict leads to, from stored facts: who is answered, how soon, at what cost. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cases.queue_order import exposure
from records.enums import Action, Approval
from records.models import Fact, Verdict

FILES = "files"
_SPEAKING = frozenset({Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE})


class VisibleEffect(NamedTuple):
    """What a verdict leads to, but for its rule: two verdicts with the same effect differ in their rule alone."""

    action: Action
    queue: str
    priority: str
    approval: str
    template: str | None
    hides: bool
    proposes_hide: bool


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Assumptions about what stored facts cannot tell."""

    person_minutes: float
    """How long a post waits that a person answers or approves."""
    window_minutes: float
    """How long a post that nobody answers is seen: as long as an answer would still be sent."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The estimated consequences of one verdict."""

    done: VisibleEffect
    rule: str
    public: bool
    """Something would be said in public."""
    private: bool
    """The person would be invited or answered in private."""
    alone: bool
    """It would be sent without a person's approval."""
    cost: float
    """US dollars."""
    exposure: float
    """Minutes unanswered in public x log2(2 + reach) x P(negative)."""


def estimate_verdict(verdict: Verdict, facts: Mapping[str, Fact], assumed: Assumptions) -> Estimate:
    """Estimate `verdict` on the facts, after what the network and our own limits forbid.

    The post is taken to have been heard in time, also where it is history: that is what a simulation asks. Posts of
    files are taken to be answerable in public, as where they were exported from.
    """
    action = Action.HOLD if verdict.action in _SPEAKING and _is_forbidden(verdict, facts) else verdict.action
    speaks = action in _SPEAKING
    private = action is Action.MOVE_PRIVATE and facts["permission.private_reply"].value is True
    private = private and facts["thread.private_open"].value is not True
    public = speaks and verdict.template is not None and _may_answer(facts)
    public = public and not (verdict.hide and private)
    alone = speaks and verdict.approval is Approval.NONE
    return Estimate(
        done=VisibleEffect(
            action=action,
            queue=verdict.queue.value if action is not Action.LISTEN else "",
            priority=verdict.priority.value,
            approval=verdict.approval.value if speaks or action is Action.HOLD else "",
            template=verdict.template if speaks else None,
            hides=verdict.hide,
            proposes_hide=verdict.propose_hide,
        ),
        rule=verdict.rule,
        public=public,
        private=private,
        alone=alone,
        cost=_number(facts, "cost.reply") * public + _number(facts, "cost.private") * private,
        exposure=exposure(
            _minutes_seen(action, facts, assumed, alone=alone, hides=verdict.hide),
            int(_number(facts, "author.reach")),
            _number(facts, "sentiment.negative"),
        ),
    )


def _is_forbidden(verdict: Verdict, facts: Mapping[str, Fact]) -> bool:
    if facts["author.own_account"].value is True or facts["author.bot"].value is True:
        return True
    invites = verdict.action is Action.MOVE_PRIVATE and facts["permission.private_reply"].value is True
    if not _may_answer(facts) and not invites:
        return True
    too_long = _number(facts, "case.private_wait_minutes") > _number(facts, "case.private_wait_promised")
    return invites and facts["thread.private_open"].value is not True and too_long


def _may_answer(facts: Mapping[str, Fact]) -> bool:
    return facts["permission.reply"].value is True or facts["account.network"].value == FILES


def _minutes_seen(
    action: Action, facts: Mapping[str, Fact], assumed: Assumptions, *, alone: bool, hides: bool
) -> float:
    if hides or alone or facts["thread.answered_outside"].value is True:
        return 0.0
    return assumed.window_minutes if action is Action.LISTEN else assumed.person_minutes


def _number(facts: Mapping[str, Fact], name: str) -> float:
    value = facts[name].value
    return float(value) if isinstance(value, int | float) else 0.0


FACTS_READ = frozenset(
    {
        *("account.network", "author.own_account", "author.bot", "author.reach"),
        *("permission.reply", "permission.private_reply", "cost.reply", "cost.private", "sentiment.negative"),
        *("thread.private_open", "thread.answered_outside", "case.private_wait_minutes", "case.private_wait_promised"),
    }
)
"""Names of the facts that an estimate reads."""
