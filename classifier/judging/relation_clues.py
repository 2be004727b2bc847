"""Clues to an author's relation outside the model: the parent post, the biography, what the post asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from records.enums import Relation
from records.models import ClassifierInput

_ACCOUNT_MATTER = 0.6
"""From this `needs_account_data` on, the author asks about an account, booking or order of their own."""
_READ = 2_000
"""Characters read of a post above or a biography."""

_ASKS_FOR_REFERENCE = re.compile(
    r"\b(?:dm|direct message|private message|mensaje (?:privado|directo)|md|privado)\b"
    r".{0,120}\b(?:number|reference|booking|order|account|locator|n[uú]mero|localizador|reserva|pedido|cuenta|dni)\b"
    r"|\b(?:your|tu|su)\s+(?:booking|order|account|case|ticket|reserva|pedido|cuenta|caso|localizador)\b",
    re.IGNORECASE | re.DOTALL,
)
_PRESS = re.compile(
    r"\b(?:journalist|reporter|newsroom|breaking news|news agency|periodista|redactora?|noticias|"
    r"agencia de noticias|diario digital|jornalista)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class RelationClue:
    """One sign of who the author is, outside the model."""

    relation: Relation
    odds: float
    """The probability of `relation` is multiplied by this before all are made to sum to 1 again."""
    reason: str


def relation_clues(post: ClassifierInput, *, needs_account_data: float) -> tuple[RelationClue, ...]:
    """The clues around one post, none of them decisive alone. Only the post's own request is a strong one."""
    clues = []
    if needs_account_data >= _ACCOUNT_MATTER:
        clues.append(RelationClue(relation=Relation.CUSTOMER, odds=4.0, reason="asks about an account or order"))
    if _ASKS_FOR_REFERENCE.search(post.text_above[:_READ]):
        clues.append(RelationClue(relation=Relation.CUSTOMER, odds=2.0, reason="answers a request for a reference"))
    if _PRESS.search(post.author_biography[:_READ]):
        clues.append(RelationClue(relation=Relation.BYSTANDER, odds=1.5, reason="the biography is of the press"))
    return tuple(clues)


def apply_clues(probabilities: Mapping[Relation, float], clues: tuple[RelationClue, ...]) -> dict[Relation, float]:
    """The probabilities with the clues taken into account; they sum to 1."""
    raised = dict(probabilities)
    for clue in clues:
        raised[clue.relation] *= clue.odds
    total = sum(raised.values())
    return {relation: share / total for relation, share in raised.items()}
