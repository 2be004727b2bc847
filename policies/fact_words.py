"""Facts, their sources, and what a rule asks of them, in words that an agent understands."""

from __future__ import annotations

from collections.abc import Sequence

from policies.clauses import IN, FactClause
from policies.wordings import Wordings
from records.nouns import FactValue

_UNSURE = "unsure"
_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NEEDED = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
_LARGE = 10_000
_LONGEST_TEXT = 80


def statement(name: str, value: FactValue, words: Wordings) -> str:
    """What a fact says: `el sentimiento negativo es 0,62`, `la red permite contestar en público`."""
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
