"""The words under `state` and `then`: each has a closed list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies.problems import Problem, did_you_mean, one_of
from policies.source import Block, Document, WrittenRule
from policies.words import YES_OR_NO, Hide, State
from records.words import Action, Approval, Priority, Queue

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


def find(document: Document) -> Iterator[Problem]:
    """Unknown states, actions, queues, priorities, approvals and ways to hide, and what is neither true nor false."""
    for rule in document.rules:
        yield from _word(rule, rule.block, "state", State, required=True)
        if rule.then is None:
            continue
        for key, words in _THEN:
            yield from _word(rule, rule.then, key, words, required=key == "action")


def _word(rule: WrittenRule, block: Block, key: str, words: Iterable[str], *, required: bool) -> Iterator[Problem]:
    known = [str(word) for word in words]
    entry = block.entry(key)
    if entry is None:
        if required:
            yield Problem(line=rule.line, rule=rule.name, message=f"`{key}` is missing.", hint=one_of(known))
        return
    written = block.text(key)
    if written not in known:
        message = f"Unknown {key} {(written or '')[:80]!r}."
        hint = f"{did_you_mean(written or '', known)} {one_of(known)}".strip()
        yield Problem(line=entry.line, rule=rule.name, message=message, hint=hint)
