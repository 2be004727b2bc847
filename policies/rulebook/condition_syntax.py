"""Syntax of conditions: tokens, and a tree of tests of one fact each joined by `&&` and `||`.

The CEL library compiles a condition; this module reads from it what that library does not report.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from policies.vocabulary import VOCABULARY, FactType
from records.models import FactValue

_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*)
    | (?P<string>
          (?:[bB]?[rR]|[rR][bB])(?:\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|"[^"\n]*"|'[^'\n]*')
        | [bB]?(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      )
    | (?P<name>[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uU]?)
    | (?P<sign>==|!=|<=|>=|&&|\|\||\S)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_EQUALITIES = ("==", "!=")


@dataclass(frozen=True, kw_only=True)
class ConditionToken:
    """One token of a condition."""

    kind: str
    """`string`, `name`, `number` or `sign`."""
    text: str
    """A string without its quotes, a name without spaces."""
    written: str
    """As it stands in the condition."""
    offset: int


@dataclass(frozen=True, kw_only=True)
class LiteralComparison:
    """A fact that a condition compares with a string literal."""

    fact: str
    literal: str
    offset: int
    """Where the literal stands in the condition."""


def tokens_of(condition: str) -> Iterator[ConditionToken]:
    """The tokens of a condition in order, without comments."""
    for match in _TOKEN.finditer(condition):
        kind = match.lastgroup or "sign"
        if kind == "comment":
            continue
        text = match.group()
        if kind == "string":
            text = _unquoted(text)
        elif kind == "name":
            text = re.sub(r"\s", "", text)
        yield ConditionToken(kind=kind, text=text, written=match.group(), offset=match.start())


def facts_named(condition: str, *, known: Collection[str]) -> frozenset[str]:
    """The known facts that a condition names; a method called on a fact counts as that fact."""
    names = (_fact_in(token.text, known) for token in tokens_of(condition) if token.kind == "name")
    return frozenset(name for name in names if name)


def comparisons(condition: str, *, known: Collection[str]) -> Iterator[LiteralComparison]:
    """Every `fact == "literal"`, `"literal" != fact` and `fact in ["literal", ...]` of a condition."""
    tokens = [token for token in tokens_of(condition) if token.text not in {"(", ")"} or token.kind == "string"]
    for at, token in enumerate(tokens):
        if token.kind != "name" or token.text not in known:
            continue
        for literal in _literals_after(tokens, at) + _literals_before(tokens, at):
            yield LiteralComparison(fact=token.text, literal=literal.text, offset=literal.offset)


def _unquoted(literal: str) -> str:
    bare = literal.lstrip("rRbB")
    width = 3 if bare[:3] in {'"""', "'''"} else 1
    return bare[width:-width]


def _fact_in(name: str, known: Collection[str]) -> str | None:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        candidate = ".".join(parts[:end])
        if candidate in known:
            return candidate
    return None


def _literals_after(tokens: list[ConditionToken], at: int) -> list[ConditionToken]:
    following = tokens[at + 1 : at + 3]
    if len(following) < 2:
        return []
    sign, operand = following
    if sign.text in _EQUALITIES and operand.kind == "string":
        return [operand]
    if (sign.kind, sign.text, operand.text) == ("name", "in", "["):
        return _listed(tokens, at + 3)
    return []


def _literals_before(tokens: list[ConditionToken], at: int) -> list[ConditionToken]:
    if at < 2 or tokens[at - 1].text not in _EQUALITIES or tokens[at - 2].kind != "string":
        return []
    return [tokens[at - 2]]


def _listed(tokens: list[ConditionToken], start: int) -> list[ConditionToken]:
    listed = []
    for token in tokens[start:]:
        if token.kind == "sign" and token.text == "]":
            break
        if token.kind == "string":
            listed.append(token)
    return listed


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
class OpaqueClause:
    """A clause that is no comparison of one fact with literals."""

    words: str
    """Its tokens, equal for equal clauses whatever the spacing."""
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


Clause = FactClause | OpaqueClause | AllOf | AnyOf


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
    if isinstance(clause, FactClause | OpaqueClause):
        return replace(clause, holds=not clause.holds, source=source)
    turned = AnyOf if isinstance(clause, AllOf) else AllOf
    return turned(clauses=tuple(negated(part) for part in clause.clauses), source=source)


def _joined(clause: Clause, kind: type[AllOf | AnyOf]) -> tuple[Clause, ...]:
    if not isinstance(clause, kind) or not clause.clauses:
        return (clause,)
    return tuple(part for each in clause.clauses for part in _joined(each, kind))


def _clause(tokens: list[ConditionToken], condition: str) -> Clause:
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


def _single(tokens: list[ConditionToken], source: str) -> Clause:
    """A clause without any sign between its parts: a constant, a fact that is true or false, a call."""
    if len(tokens) == 1 and tokens[0].kind == "name":
        name = tokens[0].text
        if name in _BOOLEANS:
            return AllOf(clauses=(), source=source) if _BOOLEANS[name] else AnyOf(clauses=(), source=source)
        if name in VOCABULARY and VOCABULARY[name].type is FactType.BOOL:
            return FactClause(fact=name, relation=IN, literals=(True,), source=source)
    return _opaque(tokens, source)


def _test(tokens: list[ConditionToken], source: str) -> FactClause | None:
    (at, *more) = _signs(tokens, *_RELATIONS)
    if more:
        return None
    left, sign, right = _bare(tokens[:at]), tokens[at].text, _bare(tokens[at + 1 :])
    if sign in {"==", "!=", *_FLIPPED} and _fact(left) is None:
        left, sign, right = right, _FLIPPED.get(sign, sign), left
    fact = _fact(left)
    if fact is None:
        return None
    literals = _literal_list(right, fact) if sign == IN else _literals([right], fact)
    if literals is None:
        return None
    relation = sign if sign in _FLIPPED else IN
    if relation in _FLIPPED and VOCABULARY[fact].type not in {FactType.INT, FactType.DOUBLE}:
        return None
    return FactClause(fact=fact, relation=relation, literals=literals, holds=sign != "!=", source=source)


def _fact(tokens: Sequence[ConditionToken]) -> str | None:
    is_fact = len(tokens) == 1 and tokens[0].kind == "name" and tokens[0].text in VOCABULARY
    return tokens[0].text if is_fact else None


def _literal_list(tokens: list[ConditionToken], fact: str) -> tuple[FactValue, ...] | None:
    if len(tokens) < 2 or not _is(tokens[0], "[") or not _is(tokens[-1], "]"):
        return None
    items = _parted(tokens[1:-1], ",")
    return _literals(items, fact) if tokens[1:-1] else ()


def _literals(items: Collection[list[ConditionToken]], fact: str) -> tuple[FactValue, ...] | None:
    values = [_literal(item, VOCABULARY[fact].type) for item in items]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else None


def _literal(tokens: list[ConditionToken], kind: FactType) -> FactValue | None:
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


def _opaque(tokens: Sequence[ConditionToken], source: str) -> OpaqueClause:
    words = " ".join(token.written if token.kind == "string" else token.text for token in tokens)
    return OpaqueClause(words=words, source=source)


def _bare(tokens: list[ConditionToken]) -> list[ConditionToken]:
    while _is_bracketed(tokens):
        tokens = tokens[1:-1]
    return tokens


def _is_bracketed(tokens: Sequence[ConditionToken]) -> bool:
    """True where the first sign is a bracket that the last one closes."""
    if len(tokens) < 2 or not _is(tokens[0], "("):
        return False
    depth = 0
    for at, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0:
            return at == len(tokens) - 1
    return False


def _parted(tokens: Sequence[ConditionToken], sign: str) -> list[list[ConditionToken]]:
    parts, start = [], 0
    for at in _signs(tokens, sign):
        parts.append(list(tokens[start:at]))
        start = at + 1
    return [*parts, list(tokens[start:])]


def _signs(tokens: Sequence[ConditionToken], *wanted: str) -> list[int]:
    """The positions of the signs outside all brackets."""
    found, depth = [], 0
    for at, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0 and token.kind != "string" and token.text in wanted:
            found.append(at)
    return found


def _step(token: ConditionToken) -> int:
    if token.kind != "sign":
        return 0
    return (token.text in _OPENING) - (token.text in _CLOSING)


def _is(token: ConditionToken, sign: str) -> bool:
    return token.kind == "sign" and token.text == sign


def _source(tokens: Sequence[ConditionToken], condition: str) -> str:
    if not tokens:
        return ""
    return condition[tokens[0].offset : tokens[-1].offset + len(tokens[-1].written)]
