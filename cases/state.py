"""The state of a case and what changes it: statuses, priorities, and a new contact. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from records.enums import CaseStatus, Priority, Queue
from records.refusals import RefusalError

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


class CaseRefusalError(RefusalError):
    """A person asked for something that the case does not allow; the message says why and what to do."""


class CaseEvent(StrEnum):
    """What happens to a case."""

    WAITED_FOR = "waited_for"
    """The person wrote and waits for an answer."""
    ANSWERED = "answered"
    WENT_PRIVATE = "went_private"
    CLOSED = "closed"
    REOPENED = "reopened"


_AFTERWARDS = {
    (CaseStatus.OPEN, CaseEvent.WAITED_FOR): CaseStatus.OPEN,
    (CaseStatus.OPEN, CaseEvent.ANSWERED): CaseStatus.ANSWERED,
    (CaseStatus.OPEN, CaseEvent.WENT_PRIVATE): CaseStatus.PRIVATE,
    (CaseStatus.OPEN, CaseEvent.CLOSED): CaseStatus.CLOSED,
    (CaseStatus.ANSWERED, CaseEvent.WAITED_FOR): CaseStatus.OPEN,
    (CaseStatus.ANSWERED, CaseEvent.ANSWERED): CaseStatus.ANSWERED,
    (CaseStatus.ANSWERED, CaseEvent.WENT_PRIVATE): CaseStatus.PRIVATE,
    (CaseStatus.ANSWERED, CaseEvent.CLOSED): CaseStatus.CLOSED,
    # A private case stays private whatever is said in public: it still owes its public closing line.
    (CaseStatus.PRIVATE, CaseEvent.WAITED_FOR): CaseStatus.PRIVATE,
    (CaseStatus.PRIVATE, CaseEvent.ANSWERED): CaseStatus.PRIVATE,
    (CaseStatus.PRIVATE, CaseEvent.WENT_PRIVATE): CaseStatus.PRIVATE,
    (CaseStatus.PRIVATE, CaseEvent.CLOSED): CaseStatus.CLOSED,
    (CaseStatus.CLOSED, CaseEvent.REOPENED): CaseStatus.OPEN,
}


def status_after(status: CaseStatus, event: CaseEvent) -> CaseStatus:
    """The status of a case in `status` once `event` has happened. Raises CaseRefusalError where it cannot happen."""
    found = _AFTERWARDS.get((status, event))
    if found is not None:
        return found
    if status is CaseStatus.CLOSED:
        raise CaseRefusalError("The case is closed: reopen it first.", code="case-closed")
    raise CaseRefusalError(
        f"The case is {status.value}: only a closed case can be reopened.", code="case-not-closed", status=status.value
    )


def check_closable(*, status: CaseStatus, closed_in_public: bool, waiver: str | None) -> None:
    """Promise 9: CaseRefusalError where a case that went private has neither a public closing line nor a waiver."""
    status_after(status, CaseEvent.CLOSED)
    if status is CaseStatus.PRIVATE and not closed_in_public and not waiver:
        raise CaseRefusalError(
            "The case went private: send a public closing line first, or waive it with a reason.",
            code="closing-line-owed",
        )


OUTAGE = "outage"
"""Why an answer is late where the network could not be read; as stored in `care_case.late_because` and `gap.cause`."""


class Side(StrEnum):
    """On which side a thread of a case is; as stored in `case_thread.leg`."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, kw_only=True)
class InboundContact:
    """One mention or message that belongs to the open case of its author and brand."""

    identity_id: int
    brand: str
    account_id: int
    side: Side
    root_external_id: str
    """Root post of a public thread; conversation id of a private one."""
    mention_id: int | None
    queue: Queue
    priority: Priority
    reach: int
    p_negative: float
    published_at: datetime
    waits: bool = True
    """False where it is answered already, or needs no answer: it joins, and no clock starts."""
    late_because: str | None = None
    """`outage` where it was published while the network could not be read."""


@dataclass(frozen=True, kw_only=True)
class CaseState:
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


def state_after(state: CaseState, contact: InboundContact) -> CaseState:
    """The case after the contact: priority and harm only rise, and the queue follows a rise."""
    state = _raised(state, contact)
    if not contact.waits:
        return state
    state = replace(state, status=status_after(state.status, CaseEvent.WAITED_FOR))
    if contact.late_because is not None and _starts_the_clock(state, contact):
        state = replace(state, late_because=contact.late_because)
    if contact.side is Side.PUBLIC:
        state = _waiting(state, contact)
    return _due(state, contact.published_at)


def _starts_the_clock(state: CaseState, contact: InboundContact) -> bool:
    """True where the first-response clock runs from this mention: an older wait is not excused by a later outage."""
    if state.first_responded_at is not None:
        return False
    return state.waiting_since is None or contact.published_at <= state.waiting_since


def _raised(state: CaseState, contact: InboundContact) -> CaseState:
    if not outranks(contact.priority, state.priority):
        return state
    harm = state.harm or contact.priority is Priority.HARM
    raised = replace(state, priority=contact.priority, queue=contact.queue, harm=harm)
    # A wait that began under the lower priority is measured by the higher one.
    return raised if state.waiting_since is None else _due(raised, state.waiting_since)


def _waiting(state: CaseState, contact: InboundContact) -> CaseState:
    if state.waiting_since is None:
        return replace(state, waiting_since=contact.published_at, reach=contact.reach, p_negative=contact.p_negative)
    return replace(
        state,
        waiting_since=min(state.waiting_since, contact.published_at),
        reach=max(state.reach, contact.reach),
        p_negative=max(state.p_negative, contact.p_negative),
    )


def _due(state: CaseState, since: datetime) -> CaseState:
    if state.first_responded_at is not None:
        return state
    due = since + RESPOND_WITHIN[state.priority]
    return replace(state, respond_by=due if state.respond_by is None else min(state.respond_by, due))
