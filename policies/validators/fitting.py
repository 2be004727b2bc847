"""Wordings that a network would not take once their variables are filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.cells import Cells
from policies.channel import Channel
from policies.clauses import FactClause, clause_of, conjuncts
from policies.conditions import ConditionError, compile_condition
from policies.lengths import limit_of
from policies.longest import LONGEST_BRAND, LONGEST_NAMES, longest_length
from policies.problems import Problem
from policies.source import Document, WrittenRule
from policies.templates import Wording, is_private, wordings_of
from policies.vocabulary import VOCABULARY

_NETWORK = "account.network"
_NAMES = {"x": "X", "facebook": "Facebook", "instagram": "Instagram"}
_WRITING = "-writing"


def find(document: Document) -> Iterator[Problem]:
    """Wordings that are too long for a network on which some rule may ask for them."""
    asked_on = _networks_by_template(document)
    for template in document.templates.entries if document.templates is not None else ():
        channel = Channel.PRIVATE if is_private(template.key) else Channel.PUBLIC
        networks = asked_on.get(template.key.removesuffix(_WRITING), frozenset(_NAMES))
        for wording in wordings_of(template):
            yield from _too_long(template.key, wording, networks, channel)


def _too_long(template: str, wording: Wording, networks: frozenset[str], channel: Channel) -> Iterator[Problem]:
    for network, called in _NAMES.items():
        length = longest_length(wording.text, network=network, channel=channel, language=wording.language)
        most = limit_of(network, channel).most
        if network in networks and length > most:
            unit = "bytes" if (network, channel) == ("instagram", Channel.PRIVATE) else "characters"
            yield Problem(
                line=wording.line,
                rule=None,
                message=(
                    f"The template {template[:80]!r} may be {length} {unit} long in {wording.language[:80]}, and "
                    f"{called} takes {most}."
                ),
                hint=(
                    f"Shorten it by {length - most}; counted with a name of {LONGEST_NAMES[network]} characters and a "
                    f"brand of {LONGEST_BRAND}."
                ),
            )


def _networks_by_template(document: Document) -> Mapping[str, frozenset[str]]:
    """On which networks rules may ask for each template that they name."""
    asked: dict[str, frozenset[str]] = {}
    for rule in document.rules:
        name = rule.then.text("template") if rule.then is not None else None
        if name:
            asked[name] = asked.get(name, frozenset()) | _networks_of(rule)
    return asked


def _networks_of(rule: WrittenRule) -> frozenset[str]:
    """The networks that a rule's condition does not rule out."""
    condition = rule.block.text("when") or ""
    try:
        compile_condition(condition)
    except ConditionError:
        return frozenset(_NAMES)
    parts = [part for part in conjuncts(clause_of(condition)) if isinstance(part, FactClause) and part.fact == _NETWORK]
    cells = Cells(parts)
    return frozenset(
        network
        for place, network in enumerate(VOCABULARY[_NETWORK].words)
        if all(cells.satisfying(part) >> place & 1 for part in parts)
    )
