"""A proposed outgoing act: its kind, its slot, its text, and how many people must approve it."""

from __future__ import annotations

from dataclasses import dataclass

from records.enums import PRIVATE_ACTS, Act

TEXT_ACTS = frozenset({Act.PUBLIC_REPLY, *PRIVATE_ACTS})
"""Acts that carry words."""

NEEDS_THE_POST = frozenset({Act.PUBLIC_REPLY, Act.PRIVATE_REPLY, Act.HIDE, Act.UNHIDE})
"""Acts that come to nothing once the mention is deleted."""

ANSWERS_THE_TEXT = frozenset({Act.PUBLIC_REPLY, Act.PRIVATE_MESSAGE, Act.PRIVATE_REPLY, Act.HIDE})
"""Acts that were decided by what the mention says, and must be thought over where it was edited."""

AUTOMATIC = "automatic"
PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One outgoing act as proposed. It takes its slot: (account, mention, slot) is answered once."""

    account_id: int
    mention_id: int
    revision: int
    """The revision of the mention that the text answers."""
    slot: str
    act: Act
    target_external_id: str
    """The post that is answered, hidden, shown or deleted; for a private message, the person's id on the network."""
    text: str
    """With secrets such as `{room_link}` still as placeholders; empty for an act without words."""
    language: str
    origin: str
    """`automatic` (a rule spoke) or `person`."""
    author: str
    """`rule:NAME` or `agent:ID`."""
    approvals_needed: int = 0
    """Different people who must approve; with 0 it leaves as soon as it is due."""
    decision_id: int | None = None
    case_id: int | None = None
    room_id: int | None = None
    promotion: bool = False
    """Advertises, and must say so in its text."""
    even_in_crisis: bool = False
    """Leaves although the brand's crisis switch is on."""
    reason: str = ""
    """Why it waits for a person, where that needs saying: one sentence."""
