"""Conditions that do not compile, and literals that a fact can never equal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.rulebook.condition_syntax import comparisons
from policies.rulebook.conditions import CompilerMessage, ConditionError, compile_condition
from policies.rulebook.problems import RulebookProblem, did_you_mean, one_of
from policies.rulebook.source import QUOTE_THE_CONDITION, RulebookDocument, WrittenRule
from policies.vocabulary import VOCABULARY

_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '(\S+)' applied to '\(([^)]*)\)'")
_WORD_OPERATORS = {"and": "&&", "or": "||", "not": "!"}
_ENUMERATED = frozenset(name for name, fact in VOCABULARY.items() if fact.words)


def condition_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Typos in names, types that do not fit, and syntax errors."""
    for rule in document.rules:
        entry = rule.block.entry("when")
        if entry is not None and entry.is_tagged:
            message = "The condition begins with `!`, which YAML takes for a tag."
            yield RulebookProblem(line=entry.line, rule=rule.name, message=message, hint=QUOTE_THE_CONDITION)
            continue
        source = rule.block.text("when")
        if not source:
            continue
        try:
            compile_condition(source)
        except ConditionError as error:
            for compiler_message in error.messages:
                yield _problem(rule, source, compiler_message)


def literal_problems(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Literals outside the vocabulary of the fact they are compared with."""
    for rule in document.rules:
        yield from literal_problems_in(rule)


def literal_problems_in(rule: WrittenRule) -> Iterator[RulebookProblem]:
    """Those in the condition of one rule."""
    entry = rule.block.entry("when")
    source = rule.block.text("when") or ""
    for comparison in comparisons(source, known=_ENUMERATED):
        words = VOCABULARY[comparison.fact].words
        if entry is None or comparison.literal in words:
            continue
        yield RulebookProblem(
            line=entry.text_line + source.count("\n", 0, comparison.offset),
            rule=rule.name,
            message=f"`{comparison.fact}` is never {comparison.literal[:80]!r}.",
            hint=f"{did_you_mean(comparison.literal, words)} {one_of(words)}".strip(),
        )


def _problem(rule: WrittenRule, source: str, compiler_message: CompilerMessage) -> RulebookProblem:
    entry = rule.block.entry("when")
    first_line = entry.text_line if entry is not None else rule.line
    message, hint = _in_plain_words(compiler_message, source)
    return RulebookProblem(line=first_line + compiler_message.line - 1, rule=rule.name, message=message, hint=hint)


def _in_plain_words(compiler_message: CompilerMessage, source: str) -> tuple[str, str]:
    undeclared = _UNDECLARED.search(compiler_message.message)
    if undeclared:
        return f"There is no fact named {undeclared[1]!r}.", _hint_for_name(undeclared[1])
    overload = _OVERLOAD.search(compiler_message.message)
    if overload:
        operator, types = overload[1].replace("_", ""), tuple(overload[2].split(", "))
        return f"`{operator}` cannot be used between {' and '.join(types)}.", _hint_for_types(types)
    if "recursion limit" in compiler_message.message:
        return "The condition is nested too deeply.", "Write it as several rules."
    if "the condition gives" in compiler_message.message:
        return (
            f"{compiler_message.message[0].upper()}{compiler_message.message[1:]}.",
            "Compare it, for example with `> 0.5`.",
        )
    message = compiler_message.message.partition(" expecting ")[0].removeprefix("Syntax error: ")
    return f"The condition cannot be read at column {compiler_message.column}: {message}.", _hint_for_syntax(source)


def _hint_for_name(name: str) -> str:
    owners = [fact.name for fact in VOCABULARY.values() if name in fact.words]
    if owners:
        return f'Put it in quotes: {owners[0]} == "{name}".'
    below = [known for known in VOCABULARY if known.startswith(f"{name}.")]
    if below:
        return f"There are {', '.join(below)}."
    return did_you_mean(name, VOCABULARY) or "The facts are listed in policies/vocabulary.py."


def _hint_for_types(types: tuple[str, ...]) -> str:
    pair = set(types)
    if types == ("double", "int"):
        return "Write the number with a decimal point: 1.0 instead of 1."
    if types == ("int", "double"):
        return "This fact is counted in whole numbers: write 1 instead of 1.0."
    if pair == {"int", "double"}:
        return "Write both as whole numbers, or both with a decimal point."
    if "bool" in pair:
        return "A fact that is true or false stands alone: signal.fraud, or !signal.fraud."
    if "string" in pair:
        return "Compare a text with a text in quotes."
    return ""


def _hint_for_syntax(source: str) -> str:
    for word, operator in _WORD_OPERATORS.items():
        if re.search(rf"(?<![\w.\"']){word}(?![\w.\"'])", source):
            return f"Write `{operator}` instead of `{word}`."
    if re.search(r"(?<![=!<>])=(?![=])|===|=>|=<", source):
        return "Compare with ==, !=, <, <=, > or >=."
    if re.search(r"(?<![&|])[&|](?![&|])", source):
        return "Write && for `and`, || for `or`."
    if re.search(r"\d,\d", source):
        return "Write decimals with a point: 0.5."
    if re.search(r"[“”‘’«»]", source):
        return 'Use straight quotes: "opinion".'
    return ""
