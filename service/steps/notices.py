"""Step `notices`: whoever is away is told by e-mail that they were answered."""

from __future__ import annotations

from datetime import datetime

from records.database import reading, writing
from room.notices import announce, unread_answers
from service.house import House


def notices(house: House, *, now: datetime) -> int:
    """Put out the notices that are due. Returns how many; none where no e-mail can be sent."""
    if house.settings.document.smtp is None:
        return 0
    with reading(house.engine) as session:
        if not unread_answers(session, now=now):
            return 0
    with writing(house.engine, in_turn="notices") as session:
        return announce(session, now=now)
