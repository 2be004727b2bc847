"""Fetches several posts again by id, and finds out which of them are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from networks.errors import Invalid, TargetGone
from networks.meta.graph.client import Graph
from networks.protocol import Budget
from networks.values import JsonObject, mapping

REFETCH_AT_MOST = 25
"""Meta takes 50 ids a call; since one that is gone fails them all, fewer cost fewer repetitions."""


@dataclass(frozen=True, kw_only=True)
class RefetchedNode:
    """What one id that was asked for again stands for now; no `found` where it is gone."""

    external_id: str
    found: JsonObject | None
    asked: str = ""
    """The fields that it has."""
    budget: Budget | None = None


def refetch_nodes(graph: Graph, external_ids: Sequence[str], *, fields: Sequence[str]) -> Iterator[RefetchedNode]:
    """Read objects by id, halving the question around those that are gone. Raises NetworkError.

    `fields` are tried in turn: an object of another kind refuses fields that it does not have. One that refuses all
    is left out.
    """
    if not external_ids:
        return
    try:
        answer = graph.nodes(external_ids, fields=fields[0])
    except (TargetGone, Invalid) as error:
        yield from _asked_apart(graph, external_ids, fields=fields, error=error)
        return
    absent: list[str] = []
    for external_id in external_ids:
        found = mapping(answer.body.get(external_id))
        if found:
            yield RefetchedNode(external_id=external_id, found=found, asked=fields[0], budget=answer.budget)
        else:
            absent.append(external_id)
    for external_id in absent:
        yield from _asked_alone(graph, external_id, fields=fields)


def last_budget(again: Sequence[RefetchedNode]) -> Budget | None:
    """What was left after the last of them that said."""
    return next((each.budget for each in reversed(again) if each.budget is not None), None)


def _asked_apart(
    graph: Graph, external_ids: Sequence[str], *, fields: Sequence[str], error: Exception
) -> Iterator[RefetchedNode]:
    if len(external_ids) > 1:
        half = len(external_ids) // 2
        yield from refetch_nodes(graph, external_ids[:half], fields=fields)
        yield from refetch_nodes(graph, external_ids[half:], fields=fields)
    elif isinstance(error, TargetGone):
        yield RefetchedNode(external_id=external_ids[0], found=None)
    elif len(fields) > 1:
        yield from refetch_nodes(graph, external_ids, fields=fields[1:])


def _asked_alone(graph: Graph, external_id: str, *, fields: Sequence[str]) -> Iterator[RefetchedNode]:
    for kind in fields:
        try:
            answer = graph.node(external_id, fields=kind)
        except TargetGone:
            yield RefetchedNode(external_id=external_id, found=None)
            return
        except Invalid:
            continue
        yield RefetchedNode(external_id=external_id, found=answer.body, asked=kind, budget=answer.budget)
        return
