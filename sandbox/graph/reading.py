"""How a node is told: the fields asked for, the edges beneath them, and what of it went out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sandbox.graph.keys import Session
from sandbox.graph.refusals import refusal
from sandbox.graph.selection import Field, selection
from sandbox.nouns import Post
from sandbox.world import World

Json = dict[str, object]
Thing = TypeVar("Thing")
TEXTS = frozenset({"message", "text", "caption"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One call that reads. `origin` is the address of the API with its version; `served` collects what is told."""

    world: World
    session: Session
    now: float
    origin: str
    proof: str = ""
    served: list[Post] = field(default_factory=list)


Teller = Callable[[Reading, Thing, Field], object]


@dataclass(frozen=True, kw_only=True)
class NodeKind(Generic[Thing]):
    """A type of node: how each of its fields and edges is told."""

    name: str
    tellers: Mapping[str, Teller[Thing]]
    """A teller gives None where Meta leaves the field out."""
    untold: frozenset[str] = frozenset()
    """Fields that Meta knows and that are always empty here."""
    usual: str
    """What is told where no fields are asked for."""
    place: Callable[[Thing], tuple[float, int]]
    """The order among its kind: epoch seconds, then id."""


def told(reading: Reading, kind: NodeKind[Thing], thing: Thing, fields: tuple[Field, ...]) -> Json:
    """The node with those fields; its id is always there."""
    shape: Json = {}
    for asked in fields or selection(kind.usual):
        teller = kind.tellers.get(asked.name)
        if teller is None:
            if asked.name in kind.untold:
                continue
            raise refusal(100, f"(#100) Tried accessing nonexistent field ({asked.name}) on node type ({kind.name})")
        value = teller(reading, thing, asked)
        if value is not None:
            shape[asked.name] = value
        if asked.name in TEXTS and isinstance(thing, Post):
            reading.served.append(thing)
    if "id" not in shape:
        shape["id"] = kind.tellers["id"](reading, thing, Field(name="id"))
    return shape


def part(shape: Json, asked: Field) -> Json:
    """A small object, reduced to the fields asked of it."""
    if not asked.fields:
        return shape
    wanted = {each.name for each in asked.fields} | {"id"}
    return {name: value for name, value in shape.items() if name in wanted}


def graph_time(time: float) -> str:
    """Epoch seconds as Meta writes dates."""
    return f"{datetime.fromtimestamp(int(time), UTC):%Y-%m-%dT%H:%M:%S}+0000"
