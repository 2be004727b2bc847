"""A person who comes back soon goes on in the case that they had."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from cases.clocks import went_private
from cases.closing import close_if_done, mark_solved
from cases.handling import close, waive
from cases.joining import reopenable
from cases.state import Side
from records.database import reading, writing
from records.enums import Priority
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from tests.support.cases import ANA, BRAND, CHIEF, NOW, STEP, add_people, case_row, join, joining

LATER = NOW + timedelta(days=13)


@pytest.fixture
def person(engine: Engine) -> int:
    return add_people(engine)[0]


def closed_case(engine: Engine, person: int) -> int:
    (case_id,) = join(engine, joining(person, priority=Priority.HARM))
    with writing(engine) as session:
        went_private(session, case_id, actor=STEP, now=NOW)
        mark_solved(session, case_id, by=ANA, close_by=NOW, now=NOW)
        waive(session, case_id, reason="the post is hidden", actor=CHIEF, now=NOW)
        assert close_if_done(session, case_id, actor=STEP, now=NOW)
    return case_id


def test_a_new_complaint_within_two_weeks_reopens_the_case_with_fresh_clocks(engine: Engine, person: int) -> None:
    case_id = closed_case(engine, person)
    assert join(engine, joining(person, root="another"), now=LATER) == [case_id]
    row = case_row(engine, case_id)
    assert (row.status, row.closed_at, row.reopened_at, row.priority, row.harm) == (
        "open",
        None,
        LATER,
        "normal",
        False,
    )
    assert (row.private_state, row.solved_at, row.waiver, row.first_responded_at) == ("none", None, None, None)
    assert row.respond_by is not None
    with reading(engine) as session:
        told = list(session.execute(select(col(LedgerEntryRow.kind), col(LedgerEntryRow.case_id))))
    assert [tuple(each) for each in told] == [("step:case:reopened", case_id)]


def test_the_decision_knows_beforehand_which_case_would_be_reopened(engine: Engine, person: int) -> None:
    case_id = closed_case(engine, person)
    with reading(engine) as session:
        assert reopenable(session, {(person, BRAND)}, now=LATER) == {(person, BRAND): case_id}
        assert reopenable(session, {(person, "another")}, now=LATER) == {}
        assert reopenable(session, {(person, BRAND)}, now=NOW + timedelta(days=14)) == {}


@pytest.mark.parametrize("how", [{"waits": False}, {"side": Side.PRIVATE}])
def test_what_needs_no_answer_in_public_does_not_reopen(how: dict[str, object], engine: Engine, person: int) -> None:
    case_id = closed_case(engine, person)
    (another,) = join(engine, joining(person, **how), now=LATER)  # type: ignore[arg-type]
    assert another != case_id
    assert case_row(engine, case_id).closed_at == NOW


def test_the_last_case_is_reopened_and_one_stays_open(engine: Engine, person: int) -> None:
    closed_case(engine, person)
    (second,) = join(engine, joining(person), now=NOW + timedelta(days=20))
    with writing(engine) as session:
        close(session, second, actor=ANA, now=NOW + timedelta(days=20))
    assert join(engine, joining(person), joining(person, root="third"), now=NOW + timedelta(days=21)) == [second] * 2
    with reading(engine) as session:
        is_open = col(CareCaseRow.closed_at).is_(None)
        assert list(session.execute(select(col(CareCaseRow.id)).where(is_open)).scalars()) == [second]
