"""Who waits, since when, what stops it, and who is served first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from cases.clocks import answered_in_public, breaches, closed_in_public, nobody_waits, went_private
from cases.handling import claim, close, hand_over
from cases.queue_order import exposure, queue_order, refresh_exposure
from cases.state import OUTAGE
from records.database import reading, writing
from records.enums import Priority, Queue
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from tests.support.cases import ANA, NOW, STEP, add_people, ago, case_row, join, joining, mention

LATER = NOW + timedelta(minutes=5)


def served(engine: Engine) -> list[int | None]:
    with reading(engine) as session:
        rows = session.exec(select(col(CareCaseRow.id)).order_by(*queue_order(now=NOW)))
        return list(rows)


def test_an_answer_in_public_stops_the_wait(engine: Engine) -> None:
    one, other, *_ = add_people(engine)
    answered, waiting = join(engine, joining(one), joining(other))
    with writing(engine) as session:
        answered_in_public(session, [answered], actor=STEP, now=LATER)
    row = case_row(engine, answered)
    assert (row.status, row.waiting_since, row.exposure, row.first_responded_at) == ("answered", None, 0.0, LATER)
    assert case_row(engine, waiting).status == "open"


def test_a_second_answer_does_not_move_the_first_response(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    for moment in (NOW, LATER):
        with writing(engine) as session:
            answered_in_public(session, [case_id], actor=STEP, now=moment)
    assert case_row(engine, case_id).first_responded_at == NOW


def test_going_private_is_a_first_response_and_the_public_still_waits(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    with writing(engine) as session:
        went_private(session, case_id, actor=STEP, now=LATER)
    row = case_row(engine, case_id)
    assert (row.status, row.first_responded_at, row.waiting_since) == ("private", LATER, ago(10))


def test_going_private_anew_owes_a_new_closing_line(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    with writing(engine) as session:
        closed_in_public(session, case_id, actor=STEP, now=NOW)
        went_private(session, case_id, actor=STEP, now=NOW)
    assert case_row(engine, case_id).public_closed_at is None
    with writing(engine) as session:
        closed_in_public(session, case_id, actor=STEP, now=NOW)
        went_private(session, case_id, actor=STEP, now=LATER)
    assert case_row(engine, case_id).public_closed_at == NOW


def test_a_closing_line_stops_the_wait_and_keeps_the_case_private(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    with writing(engine) as session:
        went_private(session, case_id, actor=STEP, now=NOW)
        closed_in_public(session, case_id, actor=STEP, now=LATER)
    row = case_row(engine, case_id)
    assert (row.status, row.waiting_since, row.public_closed_at) == ("private", None, LATER)


def test_a_closed_case_is_left_as_it_is(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    with writing(engine) as session:
        close(session, case_id, actor=ANA, now=NOW)
    before = case_row(engine, case_id).model_dump()
    with writing(engine) as session:
        answered_in_public(session, [case_id], actor=STEP, now=LATER)
        went_private(session, case_id, actor=STEP, now=LATER)
        closed_in_public(session, case_id, actor=STEP, now=LATER)
    assert case_row(engine, case_id).model_dump() == before


def test_overdue_first_answers_are_breaches_until_given(engine: Engine) -> None:
    one, other, third = add_people(engine)
    late, later, _ = join(
        engine,
        joining(one, priority=Priority.HARM, minutes_ago=16),
        joining(other, priority=Priority.NORMAL, minutes_ago=300),
        joining(third, priority=Priority.NORMAL, minutes_ago=239),
    )
    with reading(engine) as session:
        assert [breach.case_id for breach in breaches(session, now=NOW)] == [later, late]
    with writing(engine) as session:
        answered_in_public(session, [later], actor=STEP, now=NOW)
        assert [breach.priority for breach in breaches(session, now=NOW)] == [Priority.HARM]


def test_a_wait_that_began_in_an_outage_is_told_apart_from_an_agents_delay(engine: Engine) -> None:
    one, other, _ = add_people(engine)
    in_outage, _ = join(
        engine,
        replace(joining(one, minutes_ago=400), late_because=OUTAGE),
        joining(other, minutes_ago=300),
    )
    join(engine, replace(joining(other, minutes_ago=20), late_because=OUTAGE))
    with reading(engine) as session:
        told = {breach.case_id: breach.late_because for breach in breaches(session, now=NOW)}
    assert sorted(told.values(), key=str) == [None, OUTAGE]
    assert told[in_outage] == OUTAGE


def test_an_outage_after_the_first_answer_excuses_nothing(engine: Engine) -> None:
    (one, _, _) = add_people(engine)
    (case_id,) = join(engine, joining(one, minutes_ago=60))
    with writing(engine) as session:
        answered_in_public(session, [case_id], actor=STEP, now=NOW)
    join(engine, replace(joining(one, minutes_ago=1), late_because=OUTAGE))
    assert case_row(engine, case_id).late_because is None


def test_nobody_waits_once_the_persons_last_post_is_gone(engine: Engine) -> None:
    one, other, _ = add_people(engine)
    first = mention(engine, one, published_at=ago(30))
    second = mention(engine, one, published_at=ago(20))
    mine, _ = join(
        engine,
        joining(one, mention_id=first, minutes_ago=30),
        joining(other, mention_id=mention(engine, other, published_at=ago(10)), minutes_ago=10),
    )
    with writing(engine) as session:
        assert nobody_waits(session, [first], actor=STEP, now=NOW) == []
        session.get_one(MentionRow, first).deleted_at = NOW
    with writing(engine) as session:
        assert nobody_waits(session, [second], actor=STEP, now=NOW) == [mine]
        assert nobody_waits(session, [second], actor=STEP, now=NOW) == []
    row = case_row(engine, mine)
    assert (row.waiting_since, row.respond_by, row.first_responded_at, row.exposure) == (None, None, None, 0.0)
    with reading(engine) as session:
        assert breaches(session, now=NOW + timedelta(days=2))[0].case_id != mine


def test_exposure_is_minutes_by_reach_by_anger(engine: Engine) -> None:
    one, other, third = add_people(engine)
    waiting, answered, closed = join(engine, joining(one, reach=254, p_negative=0.5), joining(other), joining(third))
    with writing(engine) as session:
        answered_in_public(session, [answered], actor=STEP, now=NOW)
        close(session, closed, actor=ANA, now=NOW)
        assert refresh_exposure(session, actor=STEP, now=LATER) == 1
    row = case_row(engine, waiting)
    assert row.exposure == pytest.approx(15 * 8 * 0.5)
    assert row.exposure_as_of == LATER
    assert case_row(engine, answered).exposure == case_row(engine, closed).exposure == 0.0


@given(st.floats(-10, 1e6), st.integers(-5, 10**9), st.floats(0, 1), st.floats(0, 1e5), st.integers(0, 10**6))
def test_exposure_is_never_negative_and_grows_with_time_and_reach(
    minutes: float, reach: int, p_negative: float, more_minutes: float, more_reach: int
) -> None:
    exposed = exposure(minutes, reach, p_negative)
    assert exposed >= 0
    assert exposure(minutes + more_minutes, reach, p_negative) >= exposed
    assert exposure(minutes, reach + more_reach, p_negative) >= exposed


def test_harm_is_served_first_then_hand_overs_then_near_breaches_then_exposure(engine: Engine) -> None:
    quiet, loud, near, handed, taken, harm = add_people(engine, people=6)
    cases = dict(
        zip(
            ("quiet", "loud", "near", "handed", "taken", "harm"),
            join(
                engine,
                joining(quiet, reach=1),
                joining(loud, reach=10**6),
                joining(near, reach=0, p_negative=0.0, minutes_ago=226),
                joining(handed, reach=0, p_negative=0.0, minutes_ago=1),
                joining(taken, reach=0, p_negative=0.0, minutes_ago=2),
                joining(harm, priority=Priority.HARM, reach=0, p_negative=0.0, minutes_ago=0),
            ),
            strict=True,
        )
    )
    with writing(engine) as session:
        for name in ("handed", "taken"):
            hand_over(session, cases[name], note="Falta el recibo.", queue=Queue.CARE, actor=ANA, now=NOW)
        claim(session, cases["taken"], actor=ANA, now=NOW)
    assert served(engine) == [cases[name] for name in ("harm", "handed", "near", "loud", "quiet", "taken")]


def test_a_case_that_was_answered_is_not_near_breach(engine: Engine) -> None:
    one, other, *_ = add_people(engine)
    overdue, waiting = join(engine, joining(one, minutes_ago=500), joining(other))
    assert served(engine) == [overdue, waiting]
    with writing(engine) as session:
        answered_in_public(session, [overdue], actor=STEP, now=NOW)
    assert served(engine) == [waiting, overdue]
