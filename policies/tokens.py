"""Reads the words of a CEL condition: which facts it names, and which literals it compares them with.

This is no parser: a condition is compiled by the CEL library first, and read here for what that library does
not tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

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
class Token:
    """One word of a condition."""

    kind: str
    """`string`, `name`, `number` or `sign`."""
    text: str
    """A string without its quotes, a name without spaces."""
    written: str
    """As it stands in the condition."""
    offset: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A fact that a condition compares with a string literal."""

    fact: str
    literal: str
    offset: int
    """Where the literal stands in the condition."""


def tokens_of(condition: str) -> Iterator[Token]:
    """Every word of a condition in order, comments left out."""
    for match in _TOKEN.finditer(condition):
        kind = match.lastgroup or "sign"
        if kind == "comment":
            continue
        text = match.group()
        if kind == "string":
            text = _unquoted(text)
        elif kind == "name":
            text = re.sub(r"\s", "", text)
        yield Token(kind=kind, text=text, written=match.group(), offset=match.start())


def facts_named(condition: str, *, known: Collection[str]) -> frozenset[str]:
    """The known facts that a condition names; a method called on a fact counts as that fact."""
    names = (_fact_in(token.text, known) for token in tokens_of(condition) if token.kind == "name")
    return frozenset(name for name in names if name)


def comparisons(condition: str, *, known: Collection[str]) -> Iterator[Comparison]:
    """Every `fact == "literal"`, `"literal" != fact` and `fact in ["literal", ...]` of a condition."""
    tokens = [token for token in tokens_of(condition) if token.text not in {"(", ")"} or token.kind == "string"]
    for at, token in enumerate(tokens):
        if token.kind != "name" or token.text not in known:
            continue
        for literal in _literals_after(tokens, at) + _literals_before(tokens, at):
            yield Comparison(fact=token.text, literal=literal.text, offset=literal.offset)


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


def _literals_after(tokens: list[Token], at: int) -> list[Token]:
    following = tokens[at + 1 : at + 3]
    if len(following) < 2:
        return []
    sign, operand = following
    if sign.text in _EQUALITIES and operand.kind == "string":
        return [operand]
    if (sign.kind, sign.text, operand.text) == ("name", "in", "["):
        return _listed(tokens, at + 3)
    return []


def _literals_before(tokens: list[Token], at: int) -> list[Token]:
    if at < 2 or tokens[at - 1].text not in _EQUALITIES or tokens[at - 2].kind != "string":
        return []
    return [tokens[at - 2]]


def _listed(tokens: list[Token], start: int) -> list[Token]:
    listed = []
    for token in tokens[start:]:
        if token.kind == "sign" and token.text == "]":
            break
        if token.kind == "string":
            listed.append(token)
    return listed
