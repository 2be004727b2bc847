"""Examples as they were written; whether they come true is found by running them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from policies.examples import fact_value
from policies.problems import Problem, did_you_mean, one_of
from policies.source import Document, Entry, WrittenRule
from policies.validators.repeated_keys import repeated
from policies.validators.unknown_keys import unknown
from policies.vocabulary import VOCABULARY, flaw_in
from policies.words import YES_OR_NO

_LANGUAGE = re.compile(r"[a-z]{2}|und")
_KEYS = ("text", "lang", "facts", "not")
_SHAPE = "Write `- {text: ..., lang: es, facts: {intent: question}}`."


def find(document: Document) -> Iterator[Problem]:
    """Examples without text or language, with unknown facts, or with values that a fact never has."""
    for rule in document.rules:
        entry = rule.block.entry("examples")
        if entry is None:
            continue
        if not isinstance(entry.node, yaml.SequenceNode):
            yield Problem(line=entry.line, rule=rule.name, message="`examples` is not a list.", hint=_SHAPE)
        for item in entry.items:
            yield from _example(item, rule)


def _example(item: Entry, rule: WrittenRule) -> Iterator[Problem]:
    block = item.block
    if block is None:
        yield Problem(line=item.line, rule=rule.name, message="The example is not a block.", hint=_SHAPE)
        return
    yield from unknown(block, _KEYS, rule=rule.name)
    yield from repeated(block, rule=rule.name)
    if not block.text("text"):
        yield Problem(line=item.line, rule=rule.name, message="The example has no text.", hint="Write `text:`.")
    if not _LANGUAGE.fullmatch(block.text("lang") or ""):
        message = f"The example is in {(block.text('lang') or '')[:80]!r}, which is not a language code."
        hint = "Write `lang:` and two letters, such as es or en, or und where it cannot be told."
        yield Problem(line=item.line, rule=rule.name, message=message, hint=hint)
    denial = block.entry("not")
    if denial is not None and block.text("not") not in YES_OR_NO:
        message = f"`not` is never {(block.text('not') or '')[:80]!r}."
        yield Problem(line=denial.line, rule=rule.name, message=message, hint=one_of(YES_OR_NO))
    facts = block.entry("facts")
    if facts is not None:
        yield from _facts(facts, rule)


def _facts(entry: Entry, rule: WrittenRule) -> Iterator[Problem]:
    if entry.block is None:
        hint = "Write `facts: {intent: question, toxicity: 0.1}`."
        yield Problem(line=entry.line, rule=rule.name, message="`facts` is not a block.", hint=hint)
        return
    yield from repeated(entry.block, rule=rule.name)
    for fact in entry.block.entries:
        problem = _wrong(fact)
        if problem is not None:
            yield Problem(line=fact.line, rule=rule.name, message=problem[0], hint=problem[1])


def _wrong(fact: Entry) -> tuple[str, str] | None:
    declared = VOCABULARY.get(fact.key)
    if declared is None:
        hint = did_you_mean(fact.key, VOCABULARY) or "The facts are listed in policies/vocabulary.py."
        return f"There is no fact named {fact.key[:80]!r}.", hint
    value = fact_value(fact, declared)
    if value is not None and flaw_in(value, declared) is None:
        return None
    words = declared.words or YES_OR_NO
    if declared.words or declared.type == "bool":
        hint = f"{did_you_mean(fact.text or '', words)} {one_of(words)}".strip()
    else:
        hint = f"Write a value of type {declared.type}."
    return f"`{fact.key}` is never {(fact.text or '')[:80]!r}.", hint
