"""How the state of a case changes with each new contact."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from cases.state import OUTAGE, RESPOND_WITHIN, CaseState, InboundContact, Side, outranks, state_after
from records.enums import CaseStatus, Priority, Queue
from tests.support.cases import NOW, ago, joining

OPENED = CaseState(
    status=CaseStatus.OPEN,
    queue=Queue.CARE,
    priority=Priority.LOW,
    harm=False,
    reach=0,
    p_negative=0.0,
    waiting_since=None,
    respond_by=None,
    first_responded_at=None,
)


def after(*contacts: InboundContact, of: CaseState = OPENED) -> CaseState:
    for contact in contacts:
        of = state_after(of, contact)
    return of


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_those_who_wait_the_greatest_reach_the_greatest_anger_and_the_longest_wait_count(
    order: tuple[int, ...],
) -> None:
    contacts = [
        joining(1, reach=5_000, p_negative=0.2, minutes_ago=5),
        joining(1, reach=10, p_negative=0.9, minutes_ago=1),
        joining(1, reach=300, p_negative=0.4, minutes_ago=9),
    ]
    state = after(*(contacts[place] for place in order))
    assert (state.reach, state.p_negative, state.waiting_since) == (5_000, 0.9, ago(9))


def test_the_first_who_waits_again_begins_anew() -> None:
    answered = CaseState(**{**vars(OPENED), "status": CaseStatus.ANSWERED, "reach": 5_000, "p_negative": 0.9})
    state = after(joining(1, reach=10, p_negative=0.1, minutes_ago=3), of=answered)
    assert (state.status, state.reach, state.p_negative, state.waiting_since) == (CaseStatus.OPEN, 10, 0.1, ago(3))


@pytest.mark.parametrize("quiet", [{"waits": False}, {"side": Side.PRIVATE}])
def test_whoever_does_not_wait_in_public_changes_no_public_wait(quiet: dict[str, object]) -> None:
    waiting = after(joining(1, reach=10, p_negative=0.1, minutes_ago=3))
    state = after(joining(1, reach=9_000, p_negative=1.0, minutes_ago=8, **quiet), of=waiting)  # type: ignore[arg-type]
    assert (state.reach, state.p_negative, state.waiting_since) == (10, 0.1, ago(3))


def test_priority_only_rises_and_the_queue_follows_a_rise() -> None:
    low = joining(1, priority=Priority.LOW, queue=Queue.MARKETING)
    high = joining(1, priority=Priority.HIGH, queue=Queue.SUPERVISOR)
    harm = joining(1, priority=Priority.HARM, queue=Queue.COMPLIANCE)
    assert after(low).queue is Queue.CARE
    raised = after(high, low)
    assert (raised.priority, raised.queue, raised.harm) == (Priority.HIGH, Queue.SUPERVISOR, False)
    worst = after(harm, high)
    assert (worst.priority, worst.queue, worst.harm) == (Priority.HARM, Queue.COMPLIANCE, True)


def test_a_wait_is_due_by_the_highest_priority_from_when_it_began() -> None:
    normal, high = joining(1, minutes_ago=10), joining(1, minutes_ago=2, priority=Priority.HIGH)
    assert after(normal).respond_by == ago(10) + RESPOND_WITHIN[Priority.NORMAL]
    assert after(normal, high).respond_by == ago(10) + RESPOND_WITHIN[Priority.HIGH]
    assert after(high, normal).respond_by == ago(10) + RESPOND_WITHIN[Priority.HIGH]


def test_after_a_first_answer_nothing_is_due() -> None:
    answered = CaseState(**{**vars(OPENED), "first_responded_at": NOW - timedelta(hours=1)})
    assert after(joining(1), of=answered).respond_by is None


@pytest.mark.parametrize(
    ("minutes_ago", "excused"),
    [
        (12, True),  # it waits for longer than the other: the clock runs from it
        (10, True),
        (8, False),
    ],
)
def test_an_outage_excuses_only_the_wait_that_began_in_it(minutes_ago: float, *, excused: bool) -> None:
    lost = InboundContact(**{**vars(joining(1, minutes_ago=minutes_ago)), "late_because": OUTAGE})
    assert after(joining(1, minutes_ago=10), lost).late_because == (OUTAGE if excused else None)


def test_an_outage_after_the_first_answer_excuses_nothing() -> None:
    answered = CaseState(**{**vars(OPENED), "first_responded_at": NOW})
    lost = InboundContact(**{**vars(joining(1)), "late_because": OUTAGE})
    assert after(lost, of=answered).late_because is None


def test_a_priority_does_not_outrank_itself() -> None:
    ranked = [Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.HARM]
    assert [(one, other) for one in ranked for other in ranked if outranks(one, other)] == [
        (one, other) for place, one in enumerate(ranked) for other in ranked[:place]
    ]
