"""What people may do with a case, and what they are told where they may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from cases.clocks import closed_in_public, went_private
from cases.handling import claim, close, hand_over, release, reopen, waive
from cases.state import CaseRefusalError
from ledger.entry import Entry, entry_body
from records.database import writing
from records.enums import Queue
from records.models import Actor
from tests.support.cases import ANA, CHIEF, LUIS, NOW, STEP, add_people, case_row, join, joining


@pytest.fixture
def case_id(engine: Engine) -> int:
    (person, *_) = add_people(engine)
    return join(engine, joining(person))[0]


def act(engine: Engine, what: Callable[..., Entry], case_id: int, **values: object) -> Entry:
    with writing(engine) as session:
        return what(session, case_id, now=NOW, **{"actor": ANA, **values})


def test_a_claimed_case_is_the_agents(engine: Engine, case_id: int) -> None:
    act(engine, claim, case_id)
    assert case_row(engine, case_id).assignee_id == 1
    act(engine, claim, case_id)


def test_another_agent_cannot_take_it_and_a_supervisor_can(engine: Engine, case_id: int) -> None:
    act(engine, claim, case_id)
    for what in (claim, release):
        with pytest.raises(CaseRefusalError, match="Another agent has this case"):
            act(engine, what, case_id, actor=LUIS)
    with pytest.raises(CaseRefusalError, match="Another agent has this case"):
        act(engine, hand_over, case_id, actor=LUIS, note="n", queue=Queue.CARE)
    act(engine, claim, case_id, actor=CHIEF)
    assert case_row(engine, case_id).assignee_id == 3


@pytest.mark.parametrize("actor", [STEP, Actor(tag="agent:"), Actor(tag="agent:²"), Actor(tag="person:room")])
def test_only_an_agent_takes_a_case(engine: Engine, case_id: int, actor: Actor) -> None:
    with pytest.raises(CaseRefusalError, match="Only an agent"):
        act(engine, claim, case_id, actor=actor)


def test_a_released_case_is_free_again(engine: Engine, case_id: int) -> None:
    act(engine, claim, case_id)
    act(engine, release, case_id)
    assert case_row(engine, case_id).assignee_id is None
    with pytest.raises(CaseRefusalError, match="nothing to release"):
        act(engine, release, case_id)


def test_a_hand_over_carries_its_note_and_leaves_the_agent(engine: Engine, case_id: int) -> None:
    act(engine, claim, case_id)
    act(engine, hand_over, case_id, note="  Falta el recibo. ", queue=Queue.SUPERVISOR)
    row = case_row(engine, case_id)
    assert (row.assignee_id, row.queue, row.handed_over_note, row.handed_over_at) == (
        None,
        "supervisor",
        "Falta el recibo.",
        NOW,
    )


def test_a_hand_over_without_a_note_is_refused(engine: Engine, case_id: int) -> None:
    with pytest.raises(CaseRefusalError, match="needs a note"):
        act(engine, hand_over, case_id, note=" \n", queue=Queue.CARE)


def test_a_closed_case_waits_for_nobody(engine: Engine, case_id: int) -> None:
    act(engine, close, case_id)
    row = case_row(engine, case_id)
    assert (row.status, row.closed_at, row.waiting_since, row.exposure) == ("closed", NOW, None, 0.0)


def test_a_private_case_is_not_closed_before_its_public_closing_line(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        went_private(session, case_id, actor=ANA, now=NOW)
    with pytest.raises(CaseRefusalError, match="send a public closing line first, or waive it"):
        act(engine, close, case_id)
    with writing(engine) as session:
        closed_in_public(session, case_id, actor=ANA, now=NOW)
    assert act(engine, close, case_id).body["waived"] is False


def test_a_waiver_with_a_reason_lets_a_private_case_close(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        went_private(session, case_id, actor=ANA, now=NOW)
    with pytest.raises(CaseRefusalError, match="needs a reason"):
        act(engine, waive, case_id, reason="  ")
    with pytest.raises(CaseRefusalError, match="went private"):
        act(engine, close, case_id)
    act(engine, waive, case_id, reason="The post was deleted.")
    assert act(engine, close, case_id).body["waived"] is True


@pytest.mark.parametrize("what", [claim, release, close])
def test_a_closed_case_is_not_handled(engine: Engine, case_id: int, what: Callable[..., Entry]) -> None:
    act(engine, close, case_id)
    with pytest.raises(CaseRefusalError, match="closed: reopen it first"):
        act(engine, what, case_id)


def test_a_reopened_case_is_open_and_free(engine: Engine, case_id: int) -> None:
    act(engine, claim, case_id)
    act(engine, close, case_id)
    act(engine, reopen, case_id)
    row = case_row(engine, case_id)
    assert (row.status, row.closed_at, row.assignee_id) == ("open", None, None)
    with pytest.raises(CaseRefusalError, match="only a closed case"):
        act(engine, reopen, case_id)


def test_a_case_is_not_reopened_beside_a_newer_one(engine: Engine, case_id: int) -> None:
    act(engine, close, case_id)
    (newer,) = join(engine, joining(case_row(engine, case_id).identity_id), now=NOW + timedelta(days=20))
    with pytest.raises(CaseRefusalError, match=case_row(engine, newer).reference):
        act(engine, reopen, case_id)


def test_a_case_that_does_not_exist_is_refused(engine: Engine, case_id: int) -> None:
    with pytest.raises(CaseRefusalError, match=f"There is no case {case_id + 1}"):
        act(engine, claim, case_id + 1)


def test_every_act_gives_an_entry_for_the_log_without_its_free_text(engine: Engine, case_id: int) -> None:
    entries = [
        act(engine, claim, case_id),
        act(engine, release, case_id),
        act(engine, hand_over, case_id, note="PRIVATE", queue=Queue.CARE),
        act(engine, waive, case_id, reason="PRIVATE"),
        act(engine, close, case_id),
        act(engine, reopen, case_id),
    ]
    assert [entry.kind for entry in entries] == [
        "agent:case:claimed",
        "agent:case:released",
        "agent:case:handed-over",
        "agent:case:closing-waived",
        "agent:case:closed",
        "agent:case:reopened",
    ]
    assert all(entry.case_id == case_id and entry.at == NOW for entry in entries)
    assert all(b"PRIVATE" not in entry_body(entry, 0) for entry in entries)
