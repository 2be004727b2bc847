"""Step `tick`: clocks run and exposure is stored, so that the queue is an index and not a computation."""

from __future__ import annotations

from datetime import datetime

from cases.exposure import refresh
from records.database import writing
from records.nouns import Actor
from service.house import House

ACTOR = Actor(tag="step:tick")


def tick(house: House, *, now: datetime) -> int:
    """Store the exposure of every waiting case as of `now`. Returns how many cases wait."""
    with writing(house.engine) as session:
        return refresh(session, actor=ACTOR, now=now)
