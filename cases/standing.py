"""How a case stands, and how it stands once somebody has written. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cases.life import CaseEvent, after
from cases.priorities import RESPOND_WITHIN, outranks
from records.words import CaseStatus, Priority, Queue

OUTAGE = "outage"
"""Why an answer is late where we could not hear the network; as stored in `care_case.late_because` and `gap.cause`."""


class Leg(StrEnum):
    """Where a thread of a case is held."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, kw_only=True)
class Joining:
    """One mention or message that belongs to the open case of its author and brand."""

    identity_id: int
    brand: str
    account_id: int
    leg: str
    """`public` or `private`."""
    root_external_id: str
    """Root post of a public leg; conversation id of a private one."""
    mention_id: int | None
    queue: Queue
    priority: Priority
    reach: int
    p_negative: float
    published_at: datetime
    waits: bool = True
    """False where it is answered already, or needs no answer: it joins, and no clock starts."""
    late_because: str | None = None
    """`outage` where it was published while we could not hear the network."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What of a case changes when somebody writes."""

    status: CaseStatus
    queue: Queue
    priority: Priority
    harm: bool
    reach: int
    p_negative: float
    waiting_since: datetime | None
    respond_by: datetime | None
    first_responded_at: datetime | None
    late_because: str | None = None


def joined(standing: Standing, joining: Joining) -> Standing:
    """The case after `joining`: priority and harm only rise, and the queue follows a rise."""
    standing = _raised(standing, joining)
    if not joining.waits:
        return standing
    standing = replace(standing, status=after(standing.status, CaseEvent.WAITED_FOR))
    if joining.late_because is not None and _starts_the_clock(standing, joining):
        standing = replace(standing, late_because=joining.late_because)
    if joining.leg == Leg.PUBLIC:
        standing = _waiting(standing, joining)
    return _due(standing, joining.published_at)


def _starts_the_clock(standing: Standing, joining: Joining) -> bool:
    """True where the first-response clock runs from this mention: an older wait is not excused by a later outage."""
    if standing.first_responded_at is not None:
        return False
    return standing.waiting_since is None or joining.published_at <= standing.waiting_since


def _raised(standing: Standing, joining: Joining) -> Standing:
    if not outranks(joining.priority, standing.priority):
        return standing
    harm = standing.harm or joining.priority is Priority.HARM
    raised = replace(standing, priority=joining.priority, queue=joining.queue, harm=harm)
    # A wait that began under the lower priority is measured by the higher one.
    return raised if standing.waiting_since is None else _due(raised, standing.waiting_since)


def _waiting(standing: Standing, joining: Joining) -> Standing:
    if standing.waiting_since is None:
        return replace(standing, waiting_since=joining.published_at, reach=joining.reach, p_negative=joining.p_negative)
    return replace(
        standing,
        waiting_since=min(standing.waiting_since, joining.published_at),
        reach=max(standing.reach, joining.reach),
        p_negative=max(standing.p_negative, joining.p_negative),
    )


def _due(standing: Standing, since: datetime) -> Standing:
    if standing.first_responded_at is not None:
        return standing
    due = since + RESPOND_WITHIN[standing.priority]
    return replace(standing, respond_by=due if standing.respond_by is None else min(standing.respond_by, due))
