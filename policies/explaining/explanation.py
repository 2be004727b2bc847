"""Explains a stored decision: the rule, the facts that it read with their sources, and near misses.

Computed when it is asked for, from the stored facts and the rulebook of that version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.engine import ERROR, NO_RULE, UNSURE
from policies.explaining.near_misses import NearMiss, near_misses
from policies.rulebook.condition_syntax import IN, Clause, FactClause, facts_named, tokens_of
from policies.rulebook.conditions import EvaluationError
from policies.rulebook.fact_sheet import FactSheet
from policies.rulebook.rule import Rule, RuleState
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import VOCABULARY, flaw_in
from policies.wordings import Wordings, wordings
from records.models import Fact, FactValue

_UNSURE = "unsure"
_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NEEDED = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
_LARGE = 10_000
_LONGEST_TEXT = 80
_MOST_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The explanation of a decision."""

    rule: str
    sentence: str
    """Which rule decided, with its author's reason."""
    facts: tuple[ReadFact, ...]
    """In the order in which the rule names them."""
    near: tuple[ExplainedNearMiss, ...]
    """The nearest first, at most three."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All sentences, one a line."""
        return (self.sentence, *(fact.sentence for fact in self.facts), *(near.sentence for near in self.near))


@dataclass(frozen=True, kw_only=True)
class ReadFact:
    """A fact that the deciding rule read."""

    name: str
    value: str
    """In words, as the next two."""
    source: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ExplainedNearMiss:
    """A rule that was tried before the deciding one and failed one condition."""

    rule: str
    failed: UnmetCondition | None
    """None where it held, and was passed over for its daily limit or its last day."""
    sentence: str


@dataclass(frozen=True, kw_only=True)
class UnmetCondition:
    """The condition that a near miss failed."""

    fact: str
    """Its name; empty where it is not about one fact alone."""
    value: str
    """What the fact was, in words; empty where it is not about one fact alone."""
    needed: str
    """What the rule asks for, in words or as its condition writes it."""
    sentence: str


def explain(rulebook: Rulebook, facts: Mapping[str, Fact], *, rule: str, language: str) -> Explanation:
    """The explanation of a decision.

    Args:
        rulebook: the one that decided, in the same version.
        facts: those of the decision.
        rule: the name under which the decision is stored: of a rule, or `no-rule`, `unsure` or `error`.
        language: `es` or `en`; English for any other.

    """
    words = wordings(language)
    deciding = _deciding(rulebook, facts, rule)
    sentence = _sentence(rule, deciding, words)
    if deciding is None and rule != NO_RULE:
        return Explanation(rule=rule, sentence=sentence, facts=(), near=())
    end = len(rulebook.rules) if deciding is None else rulebook.rules.index(deciding)
    return Explanation(
        rule=rule,
        sentence=sentence,
        facts=tuple(_read(deciding, facts, words)) if deciding is not None else (),
        near=tuple(_near(near, facts, words) for near in near_misses(rulebook.rules[:end], facts)),
    )


def statement(name: str, value: FactValue, words: Wordings) -> str:
    """A fact as a statement: `el sentimiento negativo es 0,62`, `la red permite contestar en público`."""
    if isinstance(value, bool) and name in words.statements:
        yes, no = words.statements[name]
        return yes if value else no
    return words.say("value", label=words.labels.get(name, name), value=value_in_words(name, value, words))


def value_in_words(name: str, value: FactValue, words: Wordings) -> str:
    """A value as people write it; a text in quotes, in the language's word where the fact has a closed list."""
    if isinstance(value, bool):
        return words.say("yes" if value else "no")
    if isinstance(value, str):
        return words.say("text", text=words.values.get(name, {}).get(value, _shortened(value)))
    written = f"{value:.0f}" if isinstance(value, int) or abs(value) >= _LARGE else f"{value:.4g}"
    return written.replace(".", words.say("decimal_sign"))


def source_in_words(source: str, words: Wordings) -> str:
    """Where a fact comes from: `según el clasificador`; a source without words stays as it is."""
    kind, _, rest = source.partition(":")
    if kind == _UNSURE:
        return words.say("doubtful", source=source_in_words(rest, words))
    known = words.sources.get(kind)
    return known.format(name=words.names.get(rest, rest)) if known is not None else _shortened(source)


def needed(clause: FactClause, words: Wordings) -> str:
    """What a clause asks of its fact: `más de 0,7`, `«opinión»`, `otra cosa que «spam»`."""
    if clause.relation != IN:
        relation = clause.relation if clause.holds else _OPPOSITES[clause.relation]
        return words.say(_NEEDED[relation], value=value_in_words(clause.fact, clause.literals[0], words))
    values = [value_in_words(clause.fact, literal, words) for literal in clause.literals]
    if isinstance(clause.literals[0] if clause.literals else None, bool):
        return words.say("yes" if clause.literals[0] is clause.holds else "no")
    if not clause.holds:
        return words.say("none_of", values=_listed(values, words))
    return values[0] if len(values) == 1 else words.say("one_of", values=_listed(values, words))


def as_sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _listed(values: Sequence[str], words: Wordings) -> str:
    if not values:
        return words.say("nothing")
    *others, last = values
    return words.say("or").join(filter(None, [", ".join(others), last]))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def _deciding(rulebook: Rulebook, facts: Mapping[str, Fact], name: str) -> Rule | None:
    """The rule behind a decision; None for `no-rule`, and where it cannot be found."""
    if name not in {UNSURE, ERROR}:
        return next((rule for rule in rulebook.rules if rule.name == name), None)
    sheet = FactSheet(facts, reader=rulebook.reader)
    for rule in rulebook.rules:
        if rule.state is not RuleState.LIVE:
            continue
        try:
            if sheet.satisfies(rule) and name == UNSURE and _is_unsure(rule, facts):
                return rule
        except EvaluationError:
            if name == ERROR:
                return rule
    return None


def _is_unsure(rule: Rule, facts: Mapping[str, Fact]) -> bool:
    return any(facts[name].source.startswith("unsure:") for name in rule.reads)


def _sentence(name: str, deciding: Rule | None, words: Wordings) -> str:
    if name == NO_RULE:
        return words.say("nothing_matched")
    if deciding is None:
        return words.say("unknown_rule", rule=name)
    if name in {UNSURE, ERROR}:
        return words.say(name, rule=deciding.name)
    return words.say("decided", rule=name, because=deciding.because)


def _read(rule: Rule, facts: Mapping[str, Fact], words: Wordings) -> Iterator[ReadFact]:
    named = (facts_named(token.text, known=VOCABULARY) for token in tokens_of(rule.condition.source))
    in_order = dict.fromkeys([name for names in named for name in names] + sorted(rule.reads))
    for name in in_order:
        fact = facts.get(name)
        if name in rule.reads and fact is not None and flaw_in(fact.value, VOCABULARY[name]) is None:
            source = source_in_words(fact.source, words)
            said = words.say("reading", statement=statement(name, fact.value, words), source=source)
            value = value_in_words(name, fact.value, words)
            yield ReadFact(name=name, value=value, source=source, sentence=as_sentence(said))


def _near(near: NearMiss, facts: Mapping[str, Fact], words: Wordings) -> ExplainedNearMiss:
    if not near.failed:
        return ExplainedNearMiss(
            rule=near.rule.name, failed=None, sentence=words.say("passed_over", rule=near.rule.name)
        )
    unmet = [_failed(clause, facts, words) for clause in near.failed[:_MOST_PARTS]]
    failed = unmet[0] if len(unmet) == 1 else _any_failed(near.failed[:_MOST_PARTS], unmet, facts, words)
    sentence = words.say("near", rule=near.rule.name, failed=failed.sentence)
    return ExplainedNearMiss(rule=near.rule.name, failed=failed, sentence=sentence)


def _failed(clause: Clause, facts: Mapping[str, Fact], words: Wordings) -> UnmetCondition:
    if not isinstance(clause, FactClause):
        return _condition_failed(clause, facts, words)
    value = facts[clause.fact].value
    asked = needed(clause, words)
    kind = "failed_yes_or_no" if isinstance(value, bool) else "failed"
    sentence = words.say(kind, statement=statement(clause.fact, value, words), needed=asked)
    return UnmetCondition(
        fact=clause.fact,
        value=value_in_words(clause.fact, value, words),
        needed=asked,
        sentence=as_sentence(sentence),
    )


def _condition_failed(clause: Clause, facts: Mapping[str, Fact], words: Wordings) -> UnmetCondition:
    names = sorted(facts_named(clause.source, known=VOCABULARY) & facts.keys())
    read = "; ".join(statement(name, facts[name].value, words) for name in names)
    condition = " ".join(clause.source.split())
    sentence = words.say("failed_opaque", condition=f"`{condition}`", facts=f" ({read})" if read else "")
    only = names[0] if len(names) == 1 else ""
    value = value_in_words(only, facts[only].value, words) if only else ""
    return UnmetCondition(fact=only, value=value, needed=f"`{condition}`", sentence=sentence)


def _any_failed(
    clauses: tuple[Clause, ...], unmet: list[UnmetCondition], facts: Mapping[str, Fact], words: Wordings
) -> UnmetCondition:
    """Several clauses of which one would have been enough."""
    parts = "; ".join(_part(clause, each, facts, words) for clause, each in zip(clauses, unmet, strict=True))
    sentence = words.say("failed_any", parts=parts)
    return UnmetCondition(
        fact="", value="", needed=words.say("or").join(each.needed for each in unmet), sentence=sentence
    )


def _part(clause: Clause, unmet: UnmetCondition, facts: Mapping[str, Fact], words: Wordings) -> str:
    if not isinstance(clause, FactClause):
        return unmet.needed
    value = facts[clause.fact].value
    kind = "failed_part_yes_or_no" if isinstance(value, bool) else "failed_part"
    return words.say(kind, statement=statement(clause.fact, value, words), needed=unmet.needed)
