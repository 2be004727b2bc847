"""Two processes that join contacts to the same cases, in two orders, on PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from cases.joining import hold_open_cases, join_many
from records.database import open_engine, reading, writing
from tests.support.cases import NOW, STEP, add_people, join, joining
from tests.support.databases import postgres_database
from tests.support.postgres import PostgresServer

PATIENCE = 60


@pytest.mark.postgres
def test_processes_that_meet_the_same_people_in_two_orders_do_not_wait_for_each_other(postgres: PostgresServer) -> None:
    engine = open_engine(postgres_database(postgres, "cases_held"))
    one, other, *_ = add_people(engine)
    join(engine, joining(one), joining(other))
    begun, met = threading.Event(), threading.Event()

    def first() -> None:
        with writing(engine) as session:
            hold_open_cases(session, [one, other])
            join_many(session, [joining(one)], actor=STEP, now=NOW)
            begun.set()
            assert _until_it_waits(engine, met)
            join_many(session, [joining(other)], actor=STEP, now=NOW)

    def second() -> None:
        assert begun.wait(PATIENCE)
        with writing(engine) as session:
            hold_open_cases(session, [other, one])
            join_many(session, [joining(other)], actor=STEP, now=NOW)
            met.set()
            join_many(session, [joining(one)], actor=STEP, now=NOW)

    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(first), threads.submit(second)]:
            each.result()
    engine.dispose()


def _until_it_waits(engine: Engine, met: threading.Event) -> bool:
    """The second waits for a lock, or has come past it."""
    for _ in range(PATIENCE * 100):
        with reading(engine) as session:
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if session.execute(waiting).scalar_one() or met.wait(0.01):
                return True
    return False
