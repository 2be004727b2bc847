"""The private side of a case: where it may go from where it stands, and whose wait counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from sqlmodel import col

from cases.clocks import went_private
from cases.closing import close_if_done, mark_solved, overdue_closings
from cases.handling import close
from cases.private_side import (
    DECLINED_NOTE,
    answered_in_private,
    may_become,
    private_breaches,
    private_wait,
    set_private_state,
    unresponsive_cases,
    waits_in_private,
)
from cases.queue_order import near_breach, queue_order
from cases.state import CaseRefusalError
from records.database import reading, writing
from records.enums import PrivateState
from records.tables.cases import CareCaseRow
from tests.support.cases import ANA, BRAND, CHIEF, LUIS, NOW, STEP, add_people, ago, case_row, join, joining
from tests.support.databases import sqlite_engine

STATES = st.sampled_from(PrivateState)
DAY = timedelta(days=1)


@pytest.fixture
def case_id(engine: Engine) -> int:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    return case_id


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, int]]:
    """One case for many walks."""
    folder: Path = tmp_path_factory.mktemp("private")
    engine = sqlite_engine(folder / "cases.db")
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    yield engine, case_id
    engine.dispose()


def move(engine: Engine, case_id: int, state: PrivateState, *, minutes: float = 0) -> list[int]:
    with writing(engine) as session:
        return set_private_state(session, [case_id], state, actor=STEP, now=NOW + timedelta(minutes=minutes))


@given(walk=st.lists(STATES, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_it_is_pushed_it_only_goes_where_it_may_and_its_clocks_agree(
    walk: list[PrivateState], shared: tuple[Engine, int]
) -> None:
    engine, case_id = shared
    stands = PrivateState.NONE
    with writing(engine) as session:
        session.execute(update(CareCaseRow).values(private_state=stands, solved_at=None, close_by=None))
        for step, state in enumerate(walk):
            at = NOW + timedelta(minutes=step)
            went = set_private_state(session, [case_id], state, actor=STEP, now=at)
            assert bool(went) == may_become(stands, state)
            stands = state if went else stands
            row = session.get_one(CareCaseRow, case_id)
            assert row.private_state == stands
            assert stands is PrivateState.SOLVED or row.close_by is None
            if stands in {PrivateState.DECLINED, PrivateState.SILENT}:
                assert row.private_waiting_since is None
        session.rollback()


@given(state=STATES)
def test_nobody_is_solved_twice_or_awaited_in_an_open_room(state: PrivateState) -> None:
    assert not may_become(PrivateState.SOLVED, PrivateState.SOLVED)
    assert not may_become(PrivateState.SOLVED, PrivateState.SILENT)
    assert not may_become(PrivateState.OPEN, PrivateState.AWAITED)
    assert may_become(state, PrivateState.SOLVED) or state is PrivateState.SOLVED
    assert may_become(state, PrivateState.INVITED)


def test_a_late_invitation_does_not_take_an_opened_room_back_to_silence(engine: Engine, case_id: int) -> None:
    assert move(engine, case_id, PrivateState.INVITED) == [case_id]
    assert move(engine, case_id, PrivateState.OPEN, minutes=1) == [case_id]
    assert move(engine, case_id, PrivateState.AWAITED, minutes=2) == []
    row = case_row(engine, case_id)
    assert (row.private_state, row.private_since) == ("open", NOW + timedelta(minutes=1))


def test_who_declined_goes_ahead_of_the_queue_unless_somebody_has_the_case(engine: Engine, case_id: int) -> None:
    move(engine, case_id, PrivateState.INVITED)
    move(engine, case_id, PrivateState.DECLINED)
    row = case_row(engine, case_id)
    assert (row.handed_over_at, row.handed_over_note) == (NOW, DECLINED_NOTE)


def test_the_longest_wait_in_private_counts_and_an_answer_ends_it(engine: Engine) -> None:
    one, other, *_ = add_people(engine)
    first, second = join(engine, joining(one), joining(other))
    with writing(engine) as session:
        assert private_wait(session, BRAND, NOW) == timedelta(0)
        waits_in_private(session, first, ago(90))
        waits_in_private(session, first, ago(5))
        waits_in_private(session, second, ago(30))
        assert private_wait(session, BRAND, NOW) == timedelta(minutes=90)
        assert private_wait(session, BRAND, NOW, but_for=first) == timedelta(minutes=30)
        assert private_wait(session, "another", NOW) == timedelta(0)
        promised = {BRAND: timedelta(minutes=60)}
        assert [breach.case_id for breach in private_breaches(session, promised, now=NOW)] == [first]
        late = select(col(CareCaseRow.id)).where(near_breach(now=NOW, promised=promised))
        assert list(session.execute(late).scalars()) == [first]
        order = select(col(CareCaseRow.id)).order_by(*queue_order(now=NOW, promised=promised))
        assert list(session.execute(order).scalars()) == [first, second]
        answered_in_private(session, first, actor=ANA, now=NOW)
        assert private_wait(session, BRAND, NOW) == timedelta(minutes=30)
    assert case_row(engine, first).first_responded_at == NOW


def test_who_speaks_after_it_was_solved_opens_it_again(engine: Engine, case_id: int) -> None:
    solve(engine, case_id)
    with writing(engine) as session:
        waits_in_private(session, case_id, NOW + DAY)
    row = case_row(engine, case_id)
    assert (row.private_state, row.solved_at, row.close_by) == ("open", None, None)


def test_who_speaks_in_a_room_after_the_close_is_not_lost(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        close(session, case_id, actor=ANA, now=NOW)
        waits_in_private(session, case_id, NOW + DAY)
    row = case_row(engine, case_id)
    assert (row.closed_at, row.status, row.private_waiting_since) == (None, "private", NOW + DAY)
    assert row.reopened_at == NOW + DAY


def test_who_speaks_in_an_old_room_waits_in_their_open_case(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (old,) = join(engine, joining(person))
    with writing(engine) as session:
        close(session, old, actor=ANA, now=NOW)
    (new,) = join(engine, joining(person), now=NOW + 20 * DAY)
    with writing(engine) as session:
        waits_in_private(session, old, NOW + 21 * DAY)
    assert case_row(engine, new).private_waiting_since == NOW + 21 * DAY
    assert case_row(engine, old).closed_at == NOW


@pytest.mark.parametrize(
    ("state", "hours", "silent"),
    [
        (PrivateState.AWAITED, 71, False),
        (PrivateState.AWAITED, 72, True),
        (PrivateState.OPEN, 71, False),
        (PrivateState.OPEN, 72, True),
        # No room: an invitation that is nowhere cannot run out.
        (PrivateState.INVITED, 200, False),
        (PrivateState.DECLINED, 200, False),
        (PrivateState.SOLVED, 200, False),
    ],
)
def test_three_days_without_a_word_are_silence(
    state: PrivateState,
    hours: int,
    silent: bool,  # noqa: FBT001 - a column of the rows
    engine: Engine,
    case_id: int,
) -> None:
    move(engine, case_id, state)
    with reading(engine) as session:
        found = unresponsive_cases(session, now=NOW + timedelta(hours=hours))
    assert found == ([case_id] if silent else [])


def test_who_waits_for_us_is_not_silent(engine: Engine, case_id: int) -> None:
    move(engine, case_id, PrivateState.OPEN)
    with writing(engine) as session:
        waits_in_private(session, case_id, NOW)
        assert unresponsive_cases(session, now=NOW + 4 * DAY) == []


def test_solved_starts_the_closing_clock_and_only_a_line_or_a_waiver_ends_the_case(
    engine: Engine, case_id: int
) -> None:
    solve(engine, case_id)
    with writing(engine) as session:
        assert close_if_done(session, case_id, actor=STEP, now=NOW) == []
        assert overdue_closings(session, now=NOW + DAY - timedelta(seconds=1)) == ()
        (late,) = overdue_closings(session, now=NOW + DAY)
        assert (late.case_id, late.close_by) == (case_id, NOW + DAY)
        with pytest.raises(CaseRefusalError, match="marked as solved already"):
            mark_solved(session, case_id, by=ANA, close_by=NOW, now=NOW)
        session.execute(update(CareCaseRow).values(public_closed_at=NOW))
        (entry,) = close_if_done(session, case_id, actor=STEP, now=NOW)
    assert (entry.kind, case_row(engine, case_id).status) == ("step:case:closed", "closed")


def test_a_case_that_never_went_private_is_not_solved_aside(engine: Engine, case_id: int) -> None:
    with writing(engine) as session, pytest.raises(CaseRefusalError, match="never went private"):
        mark_solved(session, case_id, by=ANA, close_by=NOW, now=NOW)


def test_only_who_has_the_case_or_a_supervisor_solves_it(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        went_private(session, case_id, actor=STEP, now=NOW)
        session.execute(update(CareCaseRow).values(assignee_id=1))
        with pytest.raises(CaseRefusalError, match="Another agent has this case"):
            mark_solved(session, case_id, by=LUIS, close_by=NOW, now=NOW)
        assert mark_solved(session, case_id, by=CHIEF, close_by=NOW, now=NOW).kind == "agent:case:solved"


def solve(engine: Engine, case_id: int) -> None:
    with writing(engine) as session:
        went_private(session, case_id, actor=STEP, now=NOW)
        mark_solved(session, case_id, by=ANA, close_by=NOW + DAY, now=NOW)
