"""Templates that a network would refuse as too long once their variables are filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.rulebook.calendar import longest_opening
from policies.rulebook.condition_syntax import FactClause, clause_of, conjuncts
from policies.rulebook.conditions import ConditionError, compile_condition
from policies.rulebook.problems import RulebookProblem
from policies.rulebook.source import RulebookDocument, WrittenRule
from policies.rulebook.templates import TemplateVariant, is_private, placeholders, wordings_of
from policies.rulebook.value_partitions import ValuePartitions
from policies.text_limits import Channel, limit_of
from policies.vocabulary import VOCABULARY

LONGEST_BRAND = 24
"""Characters of the name with which a brand signs; a longer one is not checked."""
LONGEST_NAMES = {"x": 16, "instagram": 31, "facebook": 60}
"""A person's or our own handle with its @ (X: 15 characters, Instagram: 30), or a name on Facebook."""
_GREETING = "Hola, {name}."
_NUMBER = "9" * 20
_LINK = "https://twitter.com/messages/compose?recipient_id=" + "9" * 20
_ROOM_LINK = "https://" + "a" * 112
_WORD = "a"
_NETWORK = "account.network"
_NAMES = {"x": "X", "facebook": "Facebook", "instagram": "Instagram"}
_WRITING = "-writing"


def oversized_templates(document: RulebookDocument) -> Iterator[RulebookProblem]:
    """Wordings that are too long for a network on which some rule may ask for them."""
    asked_on = _networks_by_template(document)
    for template in document.templates.entries if document.templates is not None else ():
        channel = Channel.PRIVATE if is_private(template.key) else Channel.PUBLIC
        networks = asked_on.get(template.key.removesuffix(_WRITING), frozenset(_NAMES))
        for wording in wordings_of(template):
            yield from _too_long(template.key, wording, networks, channel)


def longest_template_length(text: str, *, network: str, channel: Channel, language: str) -> int:
    """How long a wording is by the network's own counting when every variable is as long as can be."""
    values = _longest_values(LONGEST_NAMES.get(network, max(LONGEST_NAMES.values())), language)
    for name in dict.fromkeys(placeholders(text)):
        text = text.replace(f"{{{name}}}", values.get(name, ""))
    return limit_of(network, channel).count(text)


def _longest_values(name_length: int, language: str) -> Mapping[str, str]:
    called = "@" + _WORD * (name_length - 1)
    return {
        "greeting": _GREETING.replace("{name}", called),
        "handle": called,
        "brand": _WORD * max(name_length, LONGEST_BRAND),
        "signature": f"— {_WORD * LONGEST_BRAND}",
        "compose_link": _LINK,
        "phone": _NUMBER,
        "emergency_phone": _NUMBER,
        "opens": _WORD * longest_opening(language),
        "expires": _WORD * longest_opening(language),
        "room_link": _ROOM_LINK,
        "room_code": _WORD * 12,
        "room_address": _WORD * 60,
        "reference": _WORD * 20,
    }


def _too_long(
    template: str, wording: TemplateVariant, networks: frozenset[str], channel: Channel
) -> Iterator[RulebookProblem]:
    for network, called in _NAMES.items():
        length = longest_template_length(wording.text, network=network, channel=channel, language=wording.language)
        most = limit_of(network, channel).most
        if network in networks and length > most:
            unit = "bytes" if (network, channel) == ("instagram", Channel.PRIVATE) else "characters"
            yield RulebookProblem(
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


def _networks_by_template(document: RulebookDocument) -> Mapping[str, frozenset[str]]:
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
    partitions = ValuePartitions(parts)
    return frozenset(
        network
        for place, network in enumerate(VOCABULARY[_NETWORK].words)
        if all(partitions.satisfying(part) >> place & 1 for part in parts)
    )
