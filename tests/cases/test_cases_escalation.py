"""Cases that are raised: who asks for a human is served next, and what only specialists may do waits for one."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from cases.escalation import ASKED_HUMAN_NOTE, escalate_to_human, hold_for_specialists
from cases.handling import claim, close, hand_over
from records.database import writing
from records.enums import Priority, Queue
from records.models import Actor
from tests.support.cases import ANA, NOW, add_people, ago, case_row, join, joining

PERSON = Actor(tag="person:room")


@pytest.fixture
def case_id(engine: Engine) -> int:
    """An open case of normal priority, which nobody has."""
    return join(engine, joining(add_people(engine)[0]))[0]


def escalate(engine: Engine, case_id: int) -> bool:
    with writing(engine) as session:
        return escalate_to_human(session, case_id, now=NOW)


def test_a_case_that_nobody_has_goes_ahead_of_its_queue(engine: Engine, case_id: int) -> None:
    assert escalate(engine, case_id)
    case = case_row(engine, case_id)
    assert (case.priority, case.handed_over_at, case.handed_over_note) == (Priority.HIGH, NOW, ASKED_HUMAN_NOTE)


def test_an_assigned_case_is_raised_and_stays_with_its_agent(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        claim(session, case_id, actor=ANA, now=ago(5))
    assert escalate(engine, case_id)
    case = case_row(engine, case_id)
    assert (case.priority, case.assignee_id) == (Priority.HIGH, 1)
    assert (case.handed_over_at, case.handed_over_note) == (None, "")


def test_a_note_of_an_earlier_hand_over_stays(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        hand_over(session, case_id, note="They wait for a refund.", queue=Queue.CARE, actor=ANA, now=ago(5))
    assert escalate(engine, case_id)
    case = case_row(engine, case_id)
    assert (case.handed_over_at, case.handed_over_note) == (ago(5), "They wait for a refund.")


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.HARM])
def test_what_is_as_high_already_is_not_raised(engine: Engine, priority: Priority) -> None:
    (case_id,) = join(engine, joining(add_people(engine)[0], priority=priority))
    assert not escalate(engine, case_id)
    assert case_row(engine, case_id).priority == priority
    assert case_row(engine, case_id).handed_over_at == NOW


def test_a_closed_case_stays_as_it_is(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        close(session, case_id, actor=ANA, now=ago(5))
    assert not escalate(engine, case_id)
    with writing(engine) as session:
        assert hold_for_specialists(session, case_id, note="Bereavement.", actor=PERSON, now=NOW) is None
        assert not escalate_to_human(session, 999, now=NOW)
        assert hold_for_specialists(session, 999, note="Bereavement.", actor=PERSON, now=NOW) is None
    case = case_row(engine, case_id)
    assert (case.priority, case.queue, case.handed_over_at) == (Priority.NORMAL, Queue.CARE, None)


@pytest.mark.parametrize(("actor", "kind"), [(PERSON, "room:case:handed-over"), (ANA, "agent:case:handed-over")])
def test_a_case_for_specialists_leaves_its_agent_and_waits_for_a_supervisor(
    engine: Engine, case_id: int, actor: Actor, kind: str
) -> None:
    with writing(engine) as session:
        claim(session, case_id, actor=ANA, now=ago(5))
        entry = hold_for_specialists(session, case_id, note="Bereavement.", actor=actor, now=NOW)
    case = case_row(engine, case_id)
    assert (case.assignee_id, case.queue) == (None, Queue.SUPERVISOR)
    assert (case.handed_over_at, case.handed_over_note) == (NOW, "Bereavement.")
    assert entry is not None
    assert (entry.kind, entry.actor, entry.case_id) == (kind, actor.tag, case_id)
    assert entry.body == {"reference": case.reference, "queue": "supervisor"}
