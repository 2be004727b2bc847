"""Rules without examples, and examples that prove nothing: warnings, since the rules may be right all the same."""

from __future__ import annotations

from collections.abc import Iterator

from policies.examples import Example, examples_of
from policies.problems import Problem
from policies.source import Document, WrittenRule
from policies.words import State

_HINT = "Write `examples: [{text: ..., lang: %s, facts: {...}}]` with a text for which it decides."


def find(document: Document) -> Iterator[Problem]:
    """Rules that no example shows deciding in some language of the rulebook, and examples without facts."""
    for rule in document.rules:
        written = rule.block.entry("examples")
        examples = examples_of(rule.block) if written is not None else ()
        if rule.block.text("state") != State.DRAFT:
            yield from _unshown(rule, examples, document.languages)
        for example in examples:
            if example.facts is None:
                message = "The example was not run: it says nothing about its facts."
                hint = "Write `facts: {...}` with what differs from the defaults."
                yield Problem(line=example.line, rule=rule.name, message=message, hint=hint)


def _unshown(rule: WrittenRule, examples: tuple[Example, ...], languages: tuple[str, ...]) -> Iterator[Problem]:
    if not examples:
        hint = _HINT % (languages[0] if languages else "es")
        yield Problem(line=rule.line, rule=rule.name, message="The rule has no examples.", hint=hint)
        return
    shown = {example.lang for example in examples if example.decides}
    for language in languages:
        if language not in shown:
            message = f"The rule has no example in {language[:80]}."
            yield Problem(line=rule.line, rule=rule.name, message=message, hint=_HINT % language[:80])
