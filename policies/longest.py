"""Templates at their longest: every variable filled in with the longest value that it may have on a network."""

from __future__ import annotations

from collections.abc import Mapping

from policies.channel import Channel
from policies.lengths import limit_of
from policies.opening_words import longest_opening
from policies.templates import placeholders

LONGEST_BRAND = 24
"""Characters of the name with which a brand signs; a longer one is for its owner to watch."""
LONGEST_NAMES = {"x": 16, "instagram": 31, "facebook": 60}
"""A person's or our own handle with its @ (X: 15 characters, Instagram: 30), or a name on Facebook."""

_GREETING = "Hola, {name}."
_NUMBER = "9" * 20
_LINK = "https://twitter.com/messages/compose?recipient_id=" + "9" * 20
_ROOM_LINK = "https://" + "a" * 112
_WORD = "a"


def longest_length(text: str, *, network: str, channel: Channel, language: str) -> int:
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
