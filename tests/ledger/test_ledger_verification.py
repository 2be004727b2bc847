"""Whatever is changed in the log, verification finds it and names the entry."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledger.entry import entry_body
from ledger.log import size_and_root
from ledger.merkle import leaf_hash
from ledger.verification import Verification, verify
from records.database import open_engine, reading
from tests.support.databases import sqlite_engine
from tests.support.ledger_entries import append_samples, sample, tamper

SIZE = 11


def verified(engine: Engine) -> Verification:
    with reading(engine) as session:
        return verify(session)


def named(engine: Engine) -> set[int]:
    return {problem.index for problem in verified(engine).problems}


@pytest.fixture(scope="module")
def sound_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "ledger.db"
    engine = sqlite_engine(path)
    append_samples(engine, SIZE)
    tamper(engine, "SELECT 1")
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return path


@given(st.integers(0, SIZE - 1), st.sampled_from(["body", "leaf_hash"]), st.integers(0), st.integers(1, 255))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_a_body_or_hash_names_the_entry(
    sound_log: Path, index: int, column: str, place: int, mask: int
) -> None:
    # The changed bytes need not be text: SQLite keeps them all the same.
    copy = sound_log.with_name("copy.db")
    copy.write_bytes(sound_log.read_bytes())
    connection = sqlite3.connect(copy)
    with connection:
        (stored,) = connection.execute(
            f'SELECT CAST({column} AS BLOB) FROM ledger_entry WHERE "index" = ?',  # noqa: S608
            (index,),
        ).fetchone()
        changed = bytearray(stored)
        changed[place % len(changed)] ^= mask
        connection.execute(
            f'UPDATE ledger_entry SET {column} = CAST(? AS TEXT) WHERE "index" = ?',  # noqa: S608
            (bytes(changed), index),
        )
    connection.close()
    engine = open_engine(f"sqlite:///{copy}")
    found = verified(engine)
    engine.dispose()
    for leftover in copy.parent.glob("copy.db*"):
        leftover.unlink()
    assert [problem.index for problem in found.problems] == [index]
    assert f"entry {index}:" in found.problems[0].message


def test_a_sound_log_has_no_problems_and_the_stored_head(engine: Engine) -> None:
    append_samples(engine, SIZE)
    with reading(engine) as session:
        head = size_and_root(session)
    found = verified(engine)
    assert found.sound
    assert (found.size, found.root) == head


def test_an_empty_log_is_sound(engine: Engine) -> None:
    assert verified(engine).sound


def test_progress_is_told_while_a_long_log_is_read(engine: Engine) -> None:
    append_samples(engine, 1200, batch=400)
    told: list[int] = []
    with reading(engine) as session:
        assert verify(session, on_progress=told.append).size == 1200
    assert told == [512, 1024]


@pytest.mark.parametrize("index", [0, 5, SIZE - 2])
def test_a_deleted_entry_is_named(engine: Engine, index: int) -> None:
    append_samples(engine, SIZE)
    tamper(engine, 'DELETE FROM ledger_entry WHERE "index" = :i', i=index)
    found = verified(engine)
    assert found.problems[0].index == index
    assert found.problems[0].message == f"entry {index} is missing"


def test_a_cut_tail_is_found(engine: Engine) -> None:
    append_samples(engine, SIZE)
    tamper(engine, 'DELETE FROM ledger_entry WHERE "index" >= 8')
    assert [problem.message for problem in verified(engine).problems] == [
        f"entries 8 to {SIZE - 1} are missing, at the end of the log"
    ]


def test_a_deleted_and_renumbered_log_is_found(engine: Engine) -> None:
    append_samples(engine, SIZE)
    tamper(engine, 'DELETE FROM ledger_entry WHERE "index" = 4')
    for index in range(5, SIZE):
        tamper(engine, 'UPDATE ledger_entry SET "index" = "index" - 1 WHERE "index" = :i', i=index)
    assert 4 in named(engine)


def test_an_entry_added_behind_the_back_of_the_tree_is_found(engine: Engine) -> None:
    append_samples(engine, SIZE)
    insert(engine, SIZE, entry_body(sample(99), SIZE))
    assert named(engine) == {SIZE}


def test_an_entry_put_in_between_is_found(engine: Engine) -> None:
    append_samples(engine, SIZE)
    for index in range(SIZE - 1, 4, -1):
        tamper(engine, 'UPDATE ledger_entry SET "index" = "index" + 1 WHERE "index" = :i', i=index)
    insert(engine, 5, entry_body(sample(99), 5))
    assert 6 in named(engine)


def test_two_entries_that_changed_places_are_both_named(engine: Engine) -> None:
    append_samples(engine, SIZE)
    tamper(engine, 'UPDATE ledger_entry SET "index" = 100 WHERE "index" = 3')
    tamper(engine, 'UPDATE ledger_entry SET "index" = 3 WHERE "index" = 7')
    tamper(engine, 'UPDATE ledger_entry SET "index" = 7 WHERE "index" = 100')
    assert named(engine) == {3, 7}


def test_an_entry_rewritten_with_its_hash_is_found_by_the_tree(engine: Engine) -> None:
    append_samples(engine, SIZE)
    rewrite(engine, 9)
    # Eleven leaves are subtrees of 0-7, 8-9 and 10: the tree tells which of them was touched.
    (problem,) = verified(engine).problems
    assert (problem.index, problem.message) == (8, "entries 8 to 9, or the stored edge of the tree, were changed")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "a:b:c"),
        ("at", "2020-01-01 00:00:00.000000"),
        ("mention_id", 12345),
        ("case_id", 12345),
    ],
)
def test_a_column_that_contradicts_the_body_names_the_entry(engine: Engine, column: str, value: object) -> None:
    append_samples(engine, SIZE)
    tamper(engine, f'UPDATE ledger_entry SET "{column}" = :v WHERE "index" = 6', v=value)  # noqa: S608
    (problem,) = verified(engine).problems
    assert problem.index == 6
    assert "its column says" in problem.message


def test_a_body_that_is_no_entry_is_named_even_with_its_hash(engine: Engine) -> None:
    append_samples(engine, SIZE)
    for body in (b"not json", b"[1]", b'{"v":2}'):
        put(engine, 2, body)
        assert 2 in named(engine)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_frontier SET size = 12",
        "UPDATE ledger_frontier SET size = 3",
        "UPDATE ledger_frontier SET nodes = '[]'",
        "UPDATE ledger_frontier SET nodes = '[\"zz\"]'",
        "UPDATE ledger_frontier SET nodes = '[1, 2, 3]'",
        'UPDATE ledger_frontier SET nodes = \'["00", "00", "00"]\'',
        "DELETE FROM ledger_frontier",
    ],
)
def test_a_changed_edge_of_the_tree_is_found(engine: Engine, change: str) -> None:
    append_samples(engine, SIZE)
    tamper(engine, change)
    assert not verified(engine).sound


def test_an_edge_that_cannot_be_read_is_a_problem(sqlite_engine: Engine) -> None:
    append_samples(sqlite_engine, SIZE)
    tamper(sqlite_engine, "UPDATE ledger_frontier SET nodes = 'broken'")
    assert "cannot be read" in verified(sqlite_engine).problems[0].message


def test_a_thousand_problems_are_enough(engine: Engine) -> None:
    append_samples(engine, 1100, batch=1100)
    tamper(engine, "UPDATE ledger_entry SET leaf_hash = 'x'")
    assert len(verified(engine).problems) == 1000


def put(engine: Engine, index: int, body: bytes) -> None:
    tamper(
        engine,
        'UPDATE ledger_entry SET body = :b, leaf_hash = :h WHERE "index" = :i',
        b=body.decode(),
        h=leaf_hash(body).hex(),
        i=index,
    )


def rewrite(engine: Engine, index: int) -> None:
    with engine.connect() as connection:
        body = connection.execute(text('SELECT body FROM ledger_entry WHERE "index" = :i'), {"i": index}).scalar_one()
    put(engine, index, body.replace("opini", "mentir").encode())


def insert(engine: Engine, index: int, body: bytes) -> None:
    tamper(
        engine,
        'INSERT INTO ledger_entry ("index", kind, "at", mention_id, case_id, body, leaf_hash) '
        "VALUES (:i, 'step:decision:made', '2026-11-22 09:31:39.000000', 99, NULL, :b, :h)",
        i=index,
        b=body.decode(),
        h=leaf_hash(body).hex(),
    )
