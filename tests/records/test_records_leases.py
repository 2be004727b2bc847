"""A lease holds rows for one claimant until it settles them; what was taken over meanwhile may not be written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from records.database import open_engine, reading, writing
from records.leases import LEASE, DueRows, Lease
from records.schema import migrate
from records.tables.listener import MentionRow
from tests.support.cases import add_people, mention

NOW = datetime(2026, 9, 18, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DUE = DueRows(MentionRow, due=col(MentionRow.check_due_at))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Two posts that are due, the second first, and one that is not."""
    engine = open_engine(database_url)
    migrate(engine)
    (person, *_) = add_people(engine, people=1)
    for number, due_at in ((1, NOW), (2, NOW - timedelta(minutes=1)), (3, LATER)):
        assert mention(engine, person, published_at=NOW, root=f"{number}") == number
        with writing(engine) as session:
            session.execute(update(MentionRow).where(col(MentionRow.id) == number).values(check_due_at=due_at))
    yield engine
    engine.dispose()


def take(
    engine: Engine, *, claimant: str = "host:1:a", now: datetime = NOW, most: int = 9, allow: bool = True
) -> Lease:
    return DUE.lease(engine, allowed=lambda _session: allow, claimant=claimant, now=now, most=most)


def post(engine: Engine, number: int) -> MentionRow:
    with reading(engine) as session:
        return session.execute(select(MentionRow).where(col(MentionRow.id) == number)).scalar_one()


def take_over(session: Session, number: int) -> None:
    session.execute(update(MentionRow).where(col(MentionRow.id) == number).values(claimed_by="host:2:b"))


def test_what_is_due_is_leased_the_longest_due_first_and_by_one_claimant_only(engine: Engine) -> None:
    assert take(engine, most=1).ids == (2,)
    assert take(engine, claimant="host:2:b").ids == (1,)
    assert not take(engine, claimant="host:3:c")


def test_nothing_is_leased_where_it_is_not_allowed(engine: Engine) -> None:
    assert not take(engine, allow=False)
    assert take(engine).ids == (2, 1)


def test_a_lease_that_ran_out_is_anybodys(engine: Engine) -> None:
    take(engine)
    assert take(engine, claimant="host:2:b", now=NOW + LEASE + timedelta(seconds=1)).ids == (2, 1)


def test_what_is_settled_is_free_and_no_longer_due(engine: Engine) -> None:
    lease = take(engine)
    with writing(engine) as session:
        assert lease.settle(session) == {1, 2}
    assert (post(engine, 1).check_due_at, post(engine, 1).claimed_by, post(engine, 1).claimed_until) == (
        None,
        None,
        None,
    )
    with writing(engine) as session:
        assert lease.settle(session) == set()


def test_what_another_took_over_is_not_settled(engine: Engine) -> None:
    lease = take(engine)
    with writing(engine) as session:
        take_over(session, 1)
    with writing(engine) as session:
        assert lease.held(session) == {2}
        assert lease.held(session, [1]) == set()
        assert lease.settle(session) == {2}
        lease.give_back(session)
        lease.postpone(session, {1: LATER}, now=NOW)
    assert (post(engine, 1).claimed_by, post(engine, 1).check_due_at) == ("host:2:b", NOW)


def test_some_rows_may_be_settled_by_themselves_with_a_new_time_and_other_columns(engine: Engine) -> None:
    lease = take(engine)
    with writing(engine) as session:
        counted = {"revision": col(MentionRow.revision) + 1}
        assert lease.settle(session, [1], due_at=LATER, values=counted) == {1}
    assert (post(engine, 1).check_due_at, post(engine, 1).revision) == (LATER, 2)
    assert (post(engine, 2).claimed_by, post(engine, 2).revision) == ("host:1:a", 1)


def test_what_is_given_back_stays_due(engine: Engine) -> None:
    lease = take(engine)
    with writing(engine) as session:
        lease.give_back(session, [1])
    assert (post(engine, 1).check_due_at, post(engine, 1).claimed_by) == (NOW, None)
    assert post(engine, 2).claimed_by == "host:1:a"


def test_each_row_is_postponed_to_its_own_time_unless_it_became_due_anew(engine: Engine) -> None:
    lease = take(engine)
    anew = NOW + timedelta(seconds=5)
    with writing(engine) as session:
        session.execute(update(MentionRow).where(col(MentionRow.id) == 2).values(check_due_at=anew))
        lease.postpone(session, {1: LATER, 2: LATER}, now=NOW, values={"revision": col(MentionRow.revision) + 1})
    assert (post(engine, 1).check_due_at, post(engine, 1).revision, post(engine, 1).claimed_by) == (LATER, 2, None)
    assert (post(engine, 2).check_due_at, post(engine, 2).revision, post(engine, 2).claimed_by) == (anew, 2, None)


def test_a_row_may_be_postponed_for_ever(engine: Engine) -> None:
    lease = take(engine)
    with writing(engine) as session:
        lease.postpone(session, {1: None}, now=NOW)
    assert post(engine, 1).check_due_at is None
