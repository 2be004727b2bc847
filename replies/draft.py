"""A proposed outgoing act: its kind, its slot, its text, and how many people must approve it."""

from __future__ import annotations

from dataclasses import dataclass

from records.enums import PRIVATE_ACTS, Act

TEXT_ACTS = frozenset({Act.PUBLIC_REPLY, *PRIVATE_ACTS})
"""Acts that have a text."""

NEEDS_THE_POST = frozenset({Act.PUBLIC_REPLY, Act.PRIVATE_REPLY, Act.HIDE, Act.UNHIDE})
"""Acts that cannot be taken once the mention is deleted."""

ANSWERS_THE_TEXT = frozenset({Act.PUBLIC_REPLY, Act.PRIVATE_MESSAGE, Act.PRIVATE_REPLY, Act.HIDE})
"""Acts that were decided by the text of the mention, and are held where it was edited."""

AUTOMATIC = "automatic"
PERSON = "person"
_RULE = "rule:"


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
    """With secrets such as `{room_link}` still as placeholders; empty for an act without text."""
    language: str
    origin: str
    """`automatic` (a rule spoke) or `person`."""
    author: str
    """`rule:NAME` or `agent:ID`."""
    approvals_needed: int = 0
    """Different people who must approve; with 0 it is sent as soon as it is due."""
    decision_id: int | None = None
    case_id: int | None = None
    room_id: int | None = None
    promotion: bool = False
    """Advertises, and must say so in its text."""
    even_in_crisis: bool = False
    """Leaves although the brand's crisis switch is on."""
    reason: str = ""
    """Why it waits for a person, where that needs saying: one sentence."""


@dataclass(frozen=True, kw_only=True)
class PlannedAct:
    """What one act is to do and say, before anybody knows in which case and room."""

    slot: str
    act: Act
    target_external_id: str
    text: str
    language: str
    approvals_needed: int = 0
    invites: bool = False
    """Its text waits for the link of a room that is prepared with it."""
    promotion: bool = False
    even_in_crisis: bool = False


@dataclass(frozen=True, kw_only=True)
class AnsweredMention:
    """What a draft answers: the mention as one account has it, with its decision and its case."""

    account_id: int
    mention_id: int
    revision: int
    decision_id: int | None = None
    case_id: int | None = None

    def draft(self, act: PlannedAct, *, author: str, room_id: int | None = None, reason: str = "") -> Draft:
        """The act as the outbox takes it. `author` is `rule:NAME`, or who asks for it; `reason` says why it waits."""
        return Draft(
            account_id=self.account_id,
            mention_id=self.mention_id,
            revision=self.revision,
            decision_id=self.decision_id,
            case_id=self.case_id,
            room_id=room_id,
            slot=act.slot,
            act=act.act,
            target_external_id=act.target_external_id,
            text=act.text,
            language=act.language,
            origin=AUTOMATIC if author.startswith(_RULE) else PERSON,
            author=author,
            approvals_needed=act.approvals_needed,
            promotion=act.promotion,
            even_in_crisis=act.even_in_crisis,
            reason=reason,
        )
