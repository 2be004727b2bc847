"""The crisis switch: one person turns it on, two supervisors turn it off."""

from __future__ import annotations

from datetime import datetime

from records.enums import Role
from records.models import Actor
from records.refusals import RefusalError
from service.brands.crisis_switch import Declared, Lifted, declare, lift
from service.desk.authorise import SUPERVISORS, authorised_write, refuse_unstorable
from service.wiring.app import App

DECLARERS = frozenset({Role.SUPERVISOR, Role.MARKETING})
LONGEST_REASON = 300


def declare_crisis(app: App, brand: str, reason: str, *, actor: Actor, now: datetime) -> Declared:
    """Hold all that would be sent for `brand`, until two supervisors lift it. Supervisors and marketing.

    `reason` is read by everybody who works here, and stands in the log as it is: it names no person. Raises
    RefusalError.
    """
    refuse_unstorable(reason)
    if len(reason) > LONGEST_REASON:
        raise RefusalError(
            f"Say what has happened in at most {LONGEST_REASON} characters.",
            code="reason-too-long",
            most=LONGEST_REASON,
        )
    if brand not in app.settings.brands:
        raise RefusalError(
            f"There is no brand {brand} in the settings: {', '.join(sorted(app.settings.brands))}.",
            code="no-such-brand",
            brand=brand,
        )
    with authorised_write(app, actor, DECLARERS) as session:
        return declare(session, brand, reason, actor=actor, now=now, sealer=app.encryption)


def lift_crisis(app: App, brand: str, *, actor: Actor, now: datetime) -> Lifted:
    """Agree that the crisis of `brand` is over; the second of two different supervisors ends it.

    What was held stays held for a person. Raises RefusalError.
    """
    with authorised_write(app, actor, SUPERVISORS) as session:
        return lift(session, brand, actor=actor, now=now, sealer=app.encryption)
