"""The parts that every rulebook and every rule must have."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from policies.problems import Problem
from policies.source import Document, WrittenRule


def find(document: Document) -> Iterator[Problem]:
    """Missing rules, and rules without condition, outcome, state or reason."""
    rules = document.root.entry("rules")
    if rules is None or not isinstance(rules.node, yaml.SequenceNode) or not rules.node.value:
        line = rules.line if rules is not None else document.root.line
        yield Problem(line=line, rule=None, message="The rulebook has no rules.", hint="Write a list under `rules:`.")
    templates = document.root.entry("templates")
    if templates is not None and templates.block is None:
        yield Problem(line=templates.line, rule=None, message="`templates` is not a block of names.")
    for rule in document.rules:
        yield from _in_rule(rule)


def _in_rule(rule: WrittenRule) -> Iterator[Problem]:
    if not rule.block.text("because"):
        yield Problem(
            line=rule.line,
            rule=rule.name,
            message="The rule does not say why.",
            hint="Write `because:` with one sentence that an agent and an auditor understand.",
        )
    condition = rule.block.entry("when")
    if not rule.block.text("when") and not (condition is not None and condition.is_tagged):
        yield Problem(line=rule.line, rule=rule.name, message="The rule has no condition.", hint="Write `when:`.")
    if rule.then is None:
        yield Problem(
            line=rule.line, rule=rule.name, message="The rule has no outcome.", hint="Write `then: {action: ...}`."
        )
    if rule.block.entry("limits") is not None and rule.limits is None:
        yield Problem(
            line=rule.line, rule=rule.name, message="`limits` is not a block.", hint="Write `limits: {per_day: 200}`."
        )
