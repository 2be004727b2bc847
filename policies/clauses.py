"""Reads a condition that compiles as clauses: tests of one fact each, joined by `&&` and `||`.

What is neither stays opaque: its text, and the facts that it names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from policies.tokens import Token, facts_named, tokens_of
from policies.vocabulary import VOCABULARY, FactType
from records.nouns import FactValue

IN = "in"
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_RELATIONS = (*_FLIPPED, "==", "!=", IN)
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class FactClause:
    """One fact compared with literals."""

    fact: str
    relation: str
    """`<`, `<=`, `>`, `>=`, or `in` for equality with one of the literals."""
    literals: tuple[FactValue, ...]
    holds: bool = True
    """False where the comparison is asked not to hold."""
    source: str


@dataclass(frozen=True, kw_only=True)
class Opaque:
    """A clause that is no plain test."""

    words: str
    """The same for two clauses that say the same in the same words."""
    holds: bool = True
    source: str

    @property
    def reads(self) -> frozenset[str]:
        """Names of the facts it speaks of."""
        return facts_named(self.source, known=VOCABULARY)


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """Holds where each of its clauses does; `true` has none."""

    clauses: tuple[Clause, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """Holds where one of its clauses does; `false` has none."""

    clauses: tuple[Clause, ...]
    source: str


Clause = FactClause | Opaque | AllOf | AnyOf


def clause_of(condition: str) -> Clause:
    """A condition that was found to compile, as clauses."""
    return _clause(list(tokens_of(condition)), condition)


def alternatives(clause: Clause) -> tuple[Clause, ...]:
    """What the outermost `||` join; the clause itself where there are none."""
    return _joined(clause, AnyOf)


def conjuncts(clause: Clause) -> tuple[Clause, ...]:
    """What the outermost `&&` join; the clause itself where there are none."""
    return _joined(clause, AllOf)


def negated(clause: Clause) -> Clause:
    """The clause that holds where this one does not."""
    source = f"!({clause.source})"
    if isinstance(clause, FactClause | Opaque):
        return replace(clause, holds=not clause.holds, source=source)
    turned = AnyOf if isinstance(clause, AllOf) else AllOf
    return turned(clauses=tuple(negated(part) for part in clause.clauses), source=source)


def _joined(clause: Clause, kind: type[AllOf | AnyOf]) -> tuple[Clause, ...]:
    if not isinstance(clause, kind) or not clause.clauses:
        return (clause,)
    return tuple(part for each in clause.clauses for part in _joined(each, kind))


def _clause(tokens: list[Token], condition: str) -> Clause:
    source = _source(tokens, condition)
    if _signs(tokens, "?"):
        return _opaque(tokens, source)
    for sign, kind in (("||", AnyOf), ("&&", AllOf)):
        parts = _parted(tokens, sign)
        if len(parts) > 1:
            return kind(clauses=tuple(_clause(part, condition) for part in parts), source=source)
    if _is_bracketed(tokens):
        return _clause(tokens[1:-1], condition)
    if _signs(tokens, *_RELATIONS):
        return _test(tokens, source) or _opaque(tokens, source)
    denials = next((at for at, token in enumerate(tokens) if not _is(token, "!")), len(tokens))
    if denials:
        inner = _clause(tokens[denials:], condition)
        return negated(inner) if denials % 2 else inner
    return _single(tokens, source)


def _single(tokens: list[Token], source: str) -> Clause:
    """A clause without any sign between its parts: a constant, a fact that is true or false, a call."""
    if len(tokens) == 1 and tokens[0].kind == "name":
        name = tokens[0].text
        if name in _BOOLEANS:
            return AllOf(clauses=(), source=source) if _BOOLEANS[name] else AnyOf(clauses=(), source=source)
        if name in VOCABULARY and VOCABULARY[name].type is FactType.BOOL:
            return FactClause(fact=name, relation=IN, literals=(True,), source=source)
    return _opaque(tokens, source)


def _test(tokens: list[Token], source: str) -> FactClause | None:
    (at, *more) = _signs(tokens, *_RELATIONS)
    if more:
        return None
    left, sign, right = _bare(tokens[:at]), tokens[at].text, _bare(tokens[at + 1 :])
    if sign in {"==", "!=", *_FLIPPED} and _fact(left) is None:
        left, sign, right = right, _FLIPPED.get(sign, sign), left
    fact = _fact(left)
    if fact is None:
        return None
    literals = _listed(right, fact) if sign == IN else _literals([right], fact)
    if literals is None:
        return None
    relation = sign if sign in _FLIPPED else IN
    if relation in _FLIPPED and VOCABULARY[fact].type not in {FactType.INT, FactType.DOUBLE}:
        return None
    return FactClause(fact=fact, relation=relation, literals=literals, holds=sign != "!=", source=source)


def _fact(tokens: Sequence[Token]) -> str | None:
    is_fact = len(tokens) == 1 and tokens[0].kind == "name" and tokens[0].text in VOCABULARY
    return tokens[0].text if is_fact else None


def _listed(tokens: list[Token], fact: str) -> tuple[FactValue, ...] | None:
    if len(tokens) < 2 or not _is(tokens[0], "[") or not _is(tokens[-1], "]"):
        return None
    items = _parted(tokens[1:-1], ",")
    return _literals(items, fact) if tokens[1:-1] else ()


def _literals(items: Collection[list[Token]], fact: str) -> tuple[FactValue, ...] | None:
    values = [_literal(item, VOCABULARY[fact].type) for item in items]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else None


def _literal(tokens: list[Token], kind: FactType) -> FactValue | None:
    sign = -1 if tokens and _is(tokens[0], "-") else 1
    bare = tokens[1:] if sign < 0 else tokens
    if len(bare) != 1:
        return None
    token = bare[0]
    if token.kind == "number" and kind is FactType.INT and token.text.isdigit():
        return sign * int(token.text)
    if token.kind == "number" and kind is FactType.DOUBLE and not token.text.endswith(("u", "U")):
        return sign * float(token.text)
    if sign < 0:
        return None
    if kind is FactType.BOOL:
        return _BOOLEANS.get(token.text) if token.kind == "name" else None
    is_plain = token.kind == "string" and token.written == f"{token.written[0]}{token.text}{token.written[0]}"
    return token.text if is_plain and kind is FactType.STRING and "\\" not in token.text else None


def _opaque(tokens: Sequence[Token], source: str) -> Opaque:
    words = " ".join(token.written if token.kind == "string" else token.text for token in tokens)
    return Opaque(words=words, source=source)


def _bare(tokens: list[Token]) -> list[Token]:
    while _is_bracketed(tokens):
        tokens = tokens[1:-1]
    return tokens


def _is_bracketed(tokens: Sequence[Token]) -> bool:
    """True where the first sign is a bracket that the last one closes."""
    if len(tokens) < 2 or not _is(tokens[0], "("):
        return False
    depth = 0
    for at, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0:
            return at == len(tokens) - 1
    return False


def _parted(tokens: Sequence[Token], sign: str) -> list[list[Token]]:
    parts, start = [], 0
    for at in _signs(tokens, sign):
        parts.append(list(tokens[start:at]))
        start = at + 1
    return [*parts, list(tokens[start:])]


def _signs(tokens: Sequence[Token], *wanted: str) -> list[int]:
    """Where one of the signs stands outside all brackets."""
    found, depth = [], 0
    for at, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0 and token.kind != "string" and token.text in wanted:
            found.append(at)
    return found


def _step(token: Token) -> int:
    if token.kind != "sign":
        return 0
    return (token.text in _OPENING) - (token.text in _CLOSING)


def _is(token: Token, sign: str) -> bool:
    return token.kind == "sign" and token.text == sign


def _source(tokens: Sequence[Token], condition: str) -> str:
    if not tokens:
        return ""
    return condition[tokens[0].offset : tokens[-1].offset + len(tokens[-1].written)]
