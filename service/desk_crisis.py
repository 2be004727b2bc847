"""The crisis switch at the desk: one person turns it on, two supervisors turn it off."""

from __future__ import annotations

from datetime import datetime

from records.nouns import Actor
from records.words import Role
from service.crises import CrisisRefusal, Declared, Lifted, declare, lift
from service.desk_acting import SUPERVISORS, DeskRefusalError, acting, refuse_unstorable
from service.house import House

DECLARERS = frozenset({Role.SUPERVISOR, Role.MARKETING})
LONGEST_REASON = 300


def declare_crisis(house: House, brand: str, reason: str, *, actor: Actor, now: datetime) -> Declared:
    """Stop whatever would leave for `brand`, until two supervisors lift it. Supervisors and marketing.

    `reason` is read by everybody who works here, and stands in the log as it is: it names no person. Raises
    DeskRefusalError.
    """
    refuse_unstorable(reason)
    if len(reason) > LONGEST_REASON:
        raise DeskRefusalError(f"Say what has happened in at most {LONGEST_REASON} characters.")
    if brand not in house.settings.brands:
        raise DeskRefusalError(
            f"There is no brand {brand} in the settings: {', '.join(sorted(house.settings.brands))}."
        )
    with acting(house, actor, DECLARERS) as session:
        try:
            return declare(session, brand, reason, actor=actor, now=now, sealer=house.vault)
        except CrisisRefusal as refusal:
            raise DeskRefusalError(str(refusal)) from refusal


def lift_crisis(house: House, brand: str, *, actor: Actor, now: datetime) -> Lifted:
    """Agree that the crisis of `brand` is over; the second of two different supervisors ends it.

    What was held stays held for a person. Raises DeskRefusalError.
    """
    with acting(house, actor, SUPERVISORS) as session:
        try:
            return lift(session, brand, actor=actor, now=now, sealer=house.vault)
        except CrisisRefusal as refusal:
            raise DeskRefusalError(str(refusal)) from refusal
