"""The threads of a case follow their conversation when its true root is told."""

from __future__ import annotations

from sqlalchemy import Engine

from cases.state import Side
from cases.threads import move_threads
from records.database import writing
from tests.support.cases import add_people, ago, join, joining, mention, sides


def moved(engine: Engine, before: str, after: str, *, network: str = "x") -> None:
    with writing(engine) as session:
        move_threads(session, network=network, before=before, after=after)


def test_public_legs_move_and_private_ones_and_those_of_other_networks_stay(engine: Engine) -> None:
    one, other, *_ = add_people(engine)
    first, second = join(engine, joining(one, root="101"), joining(other, root="7"))
    join(engine, joining(one, side=Side.PRIVATE, root="101"))
    moved(engine, "101", "5", network="facebook")
    assert sides(engine, first) == [("public", "101", None), ("private", "101", None)]
    moved(engine, "101", "5")
    assert sides(engine, first) == [("public", "5", None), ("private", "101", None)]
    assert sides(engine, second) == [("public", "7", None)]


def test_a_case_that_is_there_already_keeps_one_leg_with_the_latest_mention(engine: Engine) -> None:
    (person, *_) = add_people(engine)
    old = mention(engine, person, published_at=ago(20), root="5")
    new = mention(engine, person, published_at=ago(5), root="101")
    case_id, _ = join(
        engine,
        joining(person, root="5", mention_id=old, minutes_ago=20),
        joining(person, root="101", mention_id=new, minutes_ago=5),
    )
    moved(engine, "101", "5")
    assert sides(engine, case_id) == [("public", "5", new)]
    moved(engine, "101", "5")
    assert sides(engine, case_id) == [("public", "5", new)]
