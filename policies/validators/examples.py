"""Examples as written, and rules that no example proves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from policies.rulebook.problems import RulebookProblem, did_you_mean, one_of
from policies.rulebook.rule import YES_OR_NO, RuleExample, RuleState, examples_of, fact_value
from policies.rulebook.source import RulebookDocument, SourceEntry, WrittenRule
from policies.validators.structure import repeated_keys_of, unknown_keys_of
from policies.vocabulary import VOCABULARY, flaw_in

_LANGUAGE = re.compile(r"[a-z]{2}|und")
_KEYS = ("text", "lang", "facts", "not")
_SHAPE = "Write `- {text: ..., lang: es, facts: {intent: question}}`."
_HINT = "Write `examples: [{text: ..., lang: %s, facts: {...}}]` with a text for which it decides."


def example_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Examples without text or language, with unknown facts, or with values that a fact never has."""
    for rule in document.rules:
        entry = rule.block.entry("examples")
        if entry is None:
            continue
        if not isinstance(entry.node, yaml.SequenceNode):
            yield RulebookProblem(line=entry.line, rule=rule.name, message="`examples` is not a list.", hint=_SHAPE)
        for item in entry.items:
            yield from _example(item, rule)


def unproven_rules(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Rules that no example shows deciding in some language of the rulebook, and examples without facts."""
    for rule in document.rules:
        written = rule.block.entry("examples")
        examples = examples_of(rule.block) if written is not None else ()
        if rule.block.text("state") != RuleState.DRAFT:
            yield from _unshown(rule, examples, document.languages)
        for example in examples:
            if example.facts is None:
                message = "The example was not run: it says nothing about its facts."
                hint = "Write `facts: {...}` with what differs from the defaults."
                yield RulebookProblem(line=example.line, rule=rule.name, message=message, hint=hint)


def _example(item: SourceEntry, rule: WrittenRule) -> Iterator[RulebookProblem]:
    block = item.block
    if block is None:
        yield RulebookProblem(line=item.line, rule=rule.name, message="The example is not a block.", hint=_SHAPE)
        return
    yield from unknown_keys_of(block, _KEYS, rule=rule.name)
    yield from repeated_keys_of(block, rule=rule.name)
    if not block.text("text"):
        yield RulebookProblem(line=item.line, rule=rule.name, message="The example has no text.", hint="Write `text:`.")
    if not _LANGUAGE.fullmatch(block.text("lang") or ""):
        message = f"The example is in {(block.text('lang') or '')[:80]!r}, which is not a language code."
        hint = "Write `lang:` and two letters, such as es or en, or und where it cannot be told."
        yield RulebookProblem(line=item.line, rule=rule.name, message=message, hint=hint)
    denial = block.entry("not")
    if denial is not None and block.text("not") not in YES_OR_NO:
        message = f"`not` is never {(block.text('not') or '')[:80]!r}."
        yield RulebookProblem(line=denial.line, rule=rule.name, message=message, hint=one_of(YES_OR_NO))
    facts = block.entry("facts")
    if facts is not None:
        yield from _facts(facts, rule)


def _facts(entry: SourceEntry, rule: WrittenRule) -> Iterator[RulebookProblem]:
    if entry.block is None:
        hint = "Write `facts: {intent: question, toxicity: 0.1}`."
        yield RulebookProblem(line=entry.line, rule=rule.name, message="`facts` is not a block.", hint=hint)
        return
    yield from repeated_keys_of(entry.block, rule=rule.name)
    for fact in entry.block.entries:
        problem = _wrong(fact)
        if problem is not None:
            yield RulebookProblem(line=fact.line, rule=rule.name, message=problem[0], hint=problem[1])


def _wrong(fact: SourceEntry) -> tuple[str, str] | None:
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


def _unshown(
    rule: WrittenRule, examples: tuple[RuleExample, ...], languages: tuple[str, ...]
) -> Iterator[RulebookProblem]:
    if not examples:
        hint = _HINT % (languages[0] if languages else "es")
        yield RulebookProblem(line=rule.line, rule=rule.name, message="The rule has no examples.", hint=hint)
        return
    shown = {example.lang for example in examples if example.decides}
    for language in languages:
        if language not in shown:
            message = f"The rule has no example in {language[:80]}."
            yield RulebookProblem(line=rule.line, rule=rule.name, message=message, hint=_HINT % language[:80])
