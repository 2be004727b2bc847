"""What one person and one brand have open with each other is one case."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cases import joining as joining_module
from cases.clocks import answered_in_public, went_private
from cases.handling import close
from cases.joining import REFERENCE_MARKS, new_reference
from cases.queue_order import exposure
from cases.state import Side
from records.database import reading, writing
from records.enums import Priority, Queue
from tests.support.cases import ANA, NOW, STEP, add_people, ago, case_row, join, joining, mention, sides


def test_the_first_mention_opens_a_case_with_its_clocks(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, reach=1000, p_negative=0.8, minutes_ago=30))
    row = case_row(engine, case_id)
    assert (row.status, row.queue, row.priority, row.harm) == ("open", "care", "normal", False)
    assert (row.waiting_since, row.respond_by) == (ago(30), ago(30) + timedelta(minutes=240))
    assert row.exposure == pytest.approx(exposure(30, 1000, 0.8))
    assert (row.opened_at, row.exposure_as_of) == (NOW, NOW)


def test_a_person_has_one_open_case_a_brand(engine: Engine) -> None:
    one, other, *_ = add_people(engine)
    first = join(engine, joining(one), joining(one), joining(other), joining(one, brand="otra"))
    assert first[0] == first[1]
    assert len(set(first)) == 3
    assert join(engine, joining(one), joining(other)) == [first[0], first[2]]


def test_long_after_closing_a_new_case_is_opened(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (first,) = join(engine, joining(person))
    with writing(engine) as session:
        close(session, first, actor=ANA, now=NOW)
    (second,) = join(engine, joining(person), now=NOW + timedelta(days=14))
    assert second != first
    assert case_row(engine, first).reference != case_row(engine, second).reference


def test_joining_again_changes_nothing(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    before = case_row(engine, case_id).model_dump()
    join(engine, joining(person))
    assert case_row(engine, case_id).model_dump() == before
    assert len(sides(engine, case_id)) == 1


def test_the_earliest_of_what_waits_starts_the_clock(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, minutes_ago=10))
    join(engine, joining(person, minutes_ago=50, reach=7, p_negative=0.9), joining(person, minutes_ago=1))
    row = case_row(engine, case_id)
    assert row.waiting_since == ago(50)
    assert row.respond_by == ago(50) + timedelta(minutes=240)
    assert (row.reach, row.p_negative) == (100, 0.9)


def test_priority_and_harm_only_rise_and_the_queue_follows_a_rise(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, priority=Priority.LOW, queue=Queue.MARKETING))
    assert case_row(engine, case_id).queue == "marketing"
    join(engine, joining(person, priority=Priority.HARM, queue=Queue.SUPERVISOR))
    join(engine, joining(person, priority=Priority.NORMAL, queue=Queue.CARE))
    row = case_row(engine, case_id)
    assert (row.priority, row.harm, row.queue) == ("harm", True, "supervisor")


def test_a_rise_shortens_the_wait_that_has_begun(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, priority=Priority.NORMAL, minutes_ago=20))
    join(engine, joining(person, priority=Priority.HARM, minutes_ago=1))
    assert case_row(engine, case_id).respond_by == ago(20) + timedelta(minutes=15)


def test_one_who_was_answered_and_writes_again_waits_again(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, reach=5000))
    with writing(engine) as session:
        answered_in_public(session, [case_id], actor=STEP, now=NOW)
    join(engine, joining(person, reach=10, minutes_ago=0))
    row = case_row(engine, case_id)
    assert (row.status, row.waiting_since, row.reach, row.first_responded_at) == ("open", NOW, 10, NOW)


def test_what_needs_no_answer_joins_and_starts_no_clock(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, waits=False, priority=Priority.HIGH))
    row = case_row(engine, case_id)
    assert (row.waiting_since, row.respond_by, row.exposure, row.priority) == (None, None, 0.0, "high")
    assert len(sides(engine, case_id)) == 1


def test_a_private_message_starts_the_response_clock_and_no_public_wait(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person, side=Side.PRIVATE, root="conversation"))
    row = case_row(engine, case_id)
    assert (row.waiting_since, row.exposure) == (None, 0.0)
    assert row.respond_by == ago(10) + timedelta(minutes=240)


def test_a_private_case_stays_private_when_the_person_writes_in_public(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    (case_id,) = join(engine, joining(person))
    with writing(engine) as session:
        went_private(session, case_id, actor=STEP, now=NOW)
    join(engine, joining(person))
    assert case_row(engine, case_id).status == "private"


def test_threads_join_as_legs_that_point_to_the_latest_mention(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    early = mention(engine, person, published_at=ago(30), root="a")
    late = mention(engine, person, published_at=ago(5), root="a")
    other = mention(engine, person, published_at=ago(7), root="b")
    (case_id, *_) = join(
        engine,
        joining(person, root="a", mention_id=late, minutes_ago=5),
        joining(person, root="b", mention_id=other, minutes_ago=7),
    )
    join(engine, joining(person, root="a", mention_id=early, minutes_ago=30))
    join(engine, joining(person, root="a", side=Side.PRIVATE, minutes_ago=1))
    assert sides(engine, case_id) == [("public", "a", late), ("public", "b", other), ("private", "a", None)]
    newest = mention(engine, person, published_at=NOW, root="a")
    join(engine, joining(person, root="a", mention_id=newest, minutes_ago=0))
    assert sides(engine, case_id)[0] == ("public", "a", newest)


def test_joining_nothing_is_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        assert joining_module.join_many(session, [], actor=STEP, now=NOW) == {}


def test_a_reference_has_no_marks_that_look_alike() -> None:
    assert not set("015IOLSZ8BUA") & set(REFERENCE_MARKS)
    assert all(re.fullmatch(f"AP-[{REFERENCE_MARKS}]{{6}}", new_reference()) for _ in range(200))


def test_a_reference_that_is_taken_is_drawn_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    people = add_people(engine, people=3)
    drawn = iter(["AP-AAAAAA", "AP-AAAAAA", "AP-BBBBBB", "AP-AAAAAA", "AP-CCCCCC"])
    monkeypatch.setattr(joining_module, "new_reference", lambda: next(drawn))
    cases = join(engine, *(joining(person) for person in people))
    assert {case_row(engine, case_id).reference for case_id in cases} == {"AP-AAAAAA", "AP-BBBBBB", "AP-CCCCCC"}


def test_processes_that_hear_a_person_at_once_open_one_case(engine: Engine) -> None:
    people = add_people(engine, people=20)
    found: list[list[int]] = []

    def hear() -> None:
        found.append(join(engine, *(joining(person) for person in people)))

    threads = [threading.Thread(target=hear) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(cases == found[0] for cases in found)
    with reading(engine) as session:
        assert session.connection().execute(text("SELECT count(*) FROM care_case")).scalar_one() == 20


def test_thousands_join_at_once(engine: Engine) -> None:
    people = add_people(engine, people=2500)
    assert len(set(join(engine, *(joining(person) for person in people)))) == 2500
