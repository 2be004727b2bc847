"""Reads field expansion: `comments.filter(stream).limit(50){id,message,from{id,name}}`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from sandbox.graph.refusals import GraphRefusalError, refusal

DEEPEST = 8
LONGEST = 10_000
NAME = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field asked for, its arguments in their order, and the fields asked of it (empty: the usual ones)."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def told(self) -> dict[str, str]:
        """The arguments by name; the last one counts."""
        return dict(self.arguments)


def selection(text: str) -> tuple[Field, ...]:
    """The fields of a `fields` parameter; GraphRefusalError 2500 says at which character it cannot be read."""
    if len(text) > LONGEST:
        raise _syntax("Less fields", LONGEST)
    return _selection(text) if text.strip() else ()


@lru_cache(maxsize=128)
def _selection(text: str) -> tuple[Field, ...]:
    reader = _Reader(text=text)
    fields = reader.fields(depth=0)
    if reader.position < len(text):
        raise _syntax("Expected end of string", reader.position)
    return fields


@dataclass(kw_only=True)
class _Reader:
    text: str
    position: int = field(default=0)

    def fields(self, *, depth: int) -> tuple[Field, ...]:
        if depth > DEEPEST:
            raise _syntax("Nested too deeply", self.position)
        found = [self._field(depth)]
        while self._took(","):
            found.append(self._field(depth))
        return tuple(found)

    def _field(self, depth: int) -> Field:
        name = self._name()
        arguments: list[tuple[str, str]] = []
        while True:
            if self._took("."):
                argument = self._name()
                arguments.append((argument, self._value()))
            elif self._peek() == "(":
                arguments.append(("", self._value()))
            else:
                break
        fields: tuple[Field, ...] = ()
        if self._took("{"):
            fields = self.fields(depth=depth + 1)
            if not self._took("}"):
                raise _syntax('Expected "}"', self.position)
        return Field(name=name, arguments=tuple(arguments), fields=fields)

    def _name(self) -> str:
        self._skip_spaces()
        found = NAME.match(self.text, self.position)
        if found is None:
            raise _syntax("Expected name", self.position)
        self.position = found.end()
        return found.group()

    def _value(self) -> str:
        if not self._took("("):
            raise _syntax('Expected "("', self.position)
        end = self.text.find(")", self.position)
        if end < 0:
            raise _syntax('Expected ")"', len(self.text))
        value, self.position = self.text[self.position : end].strip(), end + 1
        return value

    def _took(self, mark: str) -> bool:
        if self._peek() != mark:
            return False
        self.position += 1
        return True

    def _peek(self) -> str:
        self._skip_spaces()
        return self.text[self.position : self.position + 1]

    def _skip_spaces(self) -> None:
        while self.text[self.position : self.position + 1].isspace():
            self.position += 1


def _syntax(what: str, position: int) -> GraphRefusalError:
    return refusal(2500, f'Syntax error "{what}" at character {position}: fields')
