"""Appending: contiguous, atomic, canonical, and never changed afterwards."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime

import pytest
import rfc8785
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from ledger.entry import Entry, UnrecordableEntryError, entry_body
from ledger.log import DamagedLogError, append, size_and_root
from ledger.merkle import EMPTY_ROOT, Frontier, leaf_hash
from ledger.verification import verify
from records.database import reading, writing
from tests.support.ledger_entries import NOW, append_samples, sample, tamper


def test_entries_get_contiguous_indexes_from_zero(engine: Engine) -> None:
    with writing(engine) as session:
        assert append(session, [sample(0), sample(1)]) == range(2)
    with writing(engine) as session:
        assert append(session, [sample(2)]) == range(2, 3)


def test_appending_nothing_changes_nothing(engine: Engine) -> None:
    append_samples(engine, 3)
    with writing(engine) as session:
        assert append(session, []) == range(3, 3)
    with reading(engine) as session:
        assert size_and_root(session)[0] == 3


def test_an_empty_log_has_the_root_of_the_empty_tree(engine: Engine) -> None:
    with reading(engine) as session:
        assert size_and_root(session) == (0, EMPTY_ROOT.hex())


def test_the_head_is_that_of_the_tree_over_the_stored_bodies(engine: Engine) -> None:
    append_samples(engine, 11)
    with reading(engine) as session:
        bodies = session.connection().execute(text('SELECT body FROM ledger_entry ORDER BY "index"')).scalars().all()
        tree = Frontier().extended(leaf_hash(body.encode()) for body in bodies)
        assert size_and_root(session) == (11, tree.root().hex())


def test_a_body_is_canonical_json_with_all_that_was_said() -> None:
    body = entry_body(sample(7), 7)
    assert json.loads(body) == {
        "v": 1,
        "index": 7,
        "kind": "step:decision:made",
        "at": "2026-11-22T09:30:07.000000Z",
        "actor": "step:decide",
        "mention": 7,
        "case": 1,
        "subject": "subject-7",
        "body": {"rule": "opinión", "p": 0.25, "n": 7},
        "sealed": "v1.abc",
    }
    assert body == rfc8785.dumps(json.loads(body))


def test_what_is_rolled_back_leaves_no_hole(engine: Engine) -> None:
    append_samples(engine, 2)
    with reading(engine) as session:
        append(session, [sample(2)])
    with writing(engine) as session:
        assert append(session, [sample(2)]) == range(2, 3)
    with reading(engine) as session:
        assert verify(session).sound


def test_writers_at_the_same_time_leave_no_hole(engine: Engine) -> None:
    def write() -> None:
        for _ in range(10):
            with writing(engine) as session:
                append(session, [sample(1), sample(2)])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as session:
        verification = verify(session)
    assert verification.size == 80
    assert verification.sound


@pytest.mark.parametrize("change", ["UPDATE ledger_entry SET kind = 'a:b:c'", "DELETE FROM ledger_entry"])
def test_the_database_refuses_to_change_an_entry(engine: Engine, change: str) -> None:
    append_samples(engine, 1)
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(replace(sample(0), kind="two:parts"), id="a tag of two parts"),
        pytest.param(replace(sample(0), kind="a:b:C"), id="an upper-case tag"),
        pytest.param(replace(sample(0), kind="a:b:c\n"), id="a tag with a line end"),
        pytest.param(replace(sample(0), at=datetime(2026, 1, 1)), id="a time without zone"),  # noqa: DTZ001
        pytest.param(replace(sample(0), body={"text": "\ud800"}), id="a lone surrogate"),
        pytest.param(replace(sample(0), body={"p": float("nan")}), id="not a number"),
    ],
)
def test_an_entry_that_cannot_be_logged_is_refused_and_nothing_is_written(engine: Engine, entry: Entry) -> None:
    with writing(engine) as session, pytest.raises(UnrecordableEntryError):
        append(session, [sample(0), entry])
    with reading(engine) as session:
        assert verify(session).size == 0


def test_nothing_is_appended_to_a_damaged_log(engine: Engine) -> None:
    append_samples(engine, 3)
    tamper(engine, "UPDATE ledger_frontier SET size = 4")
    with writing(engine) as session, pytest.raises(DamagedLogError, match="aparte ledger verify"):
        append(session, [sample(3)])


def test_hostile_text_is_logged_as_it_is(engine: Engine) -> None:
    text_ = '\x00\u202e=HYPERLINK("http://x.example")</script>\ufffd' * 1000
    with writing(engine) as session:
        append(session, [Entry(kind="a:b:c", at=NOW, actor="step:test", body={"text": text_})])
    with reading(engine) as session:
        assert verify(session).sound
        stored = session.connection().execute(text("SELECT body FROM ledger_entry")).scalar_one()
    assert json.loads(stored)["body"]["text"] == text_
