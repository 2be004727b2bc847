"""Field expansion, such as `comments.limit(50){id,from{id,name}}`, and rendering a node by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Generic, TypeVar

from sandbox.graph.refusals import GraphRefusalError, refusal
from sandbox.graph.tokens import GraphSession
from sandbox.world.models import Post
from sandbox.world.world import World

DEEPEST = 8
LONGEST = 10_000
NAME = re.compile(r"\w+")
Json = dict[str, object]
Thing = TypeVar("Thing")
TEXTS = frozenset({"message", "text", "caption"})


@dataclass(frozen=True, kw_only=True)
class SelectedField:
    """One field asked for, its arguments in their order, and the fields asked of it (empty: the usual ones)."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    fields: tuple[SelectedField, ...] = ()

    @property
    def arguments_by_name(self) -> dict[str, str]:
        """The arguments by name; the last one counts."""
        return dict(self.arguments)


def selection(text: str) -> tuple[SelectedField, ...]:
    """The fields of a `fields` parameter; GraphRefusalError 2500 says at which character it cannot be read."""
    if len(text) > LONGEST:
        raise _syntax("Less fields", LONGEST)
    return _selection(text) if text.strip() else ()


@dataclass(frozen=True, kw_only=True)
class NodeKind(Generic[Thing]):
    """A type of node: how each of its fields and edges is rendered."""

    name: str
    renderers: Mapping[str, Renderer[Thing]]
    """A renderer returns None where Meta leaves the field out."""
    always_empty: frozenset[str] = frozenset()
    """Fields that Meta knows and that are always left out here."""
    usual: str
    """The fields that are returned where none are asked for."""
    place: Callable[[Thing], tuple[float, int]]
    """The order among its kind: epoch seconds, then id."""


@dataclass(frozen=True, kw_only=True)
class ReadCall:
    """One call that reads. `origin` is the address of the API with its version; `served` collects what it returned."""

    world: World
    session: GraphSession
    now: float
    origin: str
    proof: str = ""
    served: list[Post] = field(default_factory=list)


def rendered(reading: ReadCall, kind: NodeKind[Thing], thing: Thing, fields: tuple[SelectedField, ...]) -> Json:
    """The node with those fields; its id is always there."""
    shape: Json = {}
    for asked in fields or selection(kind.usual):
        renderer = kind.renderers.get(asked.name)
        if renderer is None:
            if asked.name in kind.always_empty:
                continue
            raise refusal(100, f"(#100) Tried accessing nonexistent field ({asked.name}) on node type ({kind.name})")
        value = renderer(reading, thing, asked)
        if value is not None:
            shape[asked.name] = value
        if asked.name in TEXTS and isinstance(thing, Post):
            reading.served.append(thing)
    if "id" not in shape:
        shape["id"] = kind.renderers["id"](reading, thing, SelectedField(name="id"))
    return shape


def reduced(shape: Json, asked: SelectedField) -> Json:
    """A small object, reduced to the fields asked of it."""
    if not asked.fields:
        return shape
    wanted = {each.name for each in asked.fields} | {"id"}
    return {name: value for name, value in shape.items() if name in wanted}


def graph_time(time: float) -> str:
    """Epoch seconds as Meta writes dates."""
    return f"{datetime.fromtimestamp(int(time), UTC):%Y-%m-%dT%H:%M:%S}+0000"


@lru_cache(maxsize=128)
def _selection(text: str) -> tuple[SelectedField, ...]:
    reader = _Reader(text=text)
    fields = reader.fields(depth=0)
    if reader.position < len(text):
        raise _syntax("Expected end of string", reader.position)
    return fields


@dataclass(kw_only=True)
class _Reader:
    text: str
    position: int = field(default=0)

    def fields(self, *, depth: int) -> tuple[SelectedField, ...]:
        if depth > DEEPEST:
            raise _syntax("Nested too deeply", self.position)
        found = [self._field(depth)]
        while self._took(","):
            found.append(self._field(depth))
        return tuple(found)

    def _field(self, depth: int) -> SelectedField:
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
        fields: tuple[SelectedField, ...] = ()
        if self._took("{"):
            fields = self.fields(depth=depth + 1)
            if not self._took("}"):
                raise _syntax('Expected "}"', self.position)
        return SelectedField(name=name, arguments=tuple(arguments), fields=fields)

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


Renderer = Callable[[ReadCall, Thing, SelectedField], object]
