"""How priorities rank, and how long each may wait for its first answer."""

from __future__ import annotations

from datetime import timedelta

from records.words import Priority

RESPOND_WITHIN = {
    Priority.HARM: timedelta(minutes=15),
    Priority.HIGH: timedelta(minutes=60),
    Priority.NORMAL: timedelta(minutes=240),
    Priority.LOW: timedelta(minutes=1440),
}
NEAR_BREACH = timedelta(minutes=15)

_RANK = {priority: rank for rank, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.HARM))}


def outranks(one: Priority, other: Priority) -> bool:
    """True where `one` is served before `other`."""
    return _RANK[one] > _RANK[other]
