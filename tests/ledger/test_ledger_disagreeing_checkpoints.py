"""Checkpoints beside a damaged log: one line where entries are to blame, one each where they are not."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from ledger.checkpoints import make_checkpoint
from ledger.verification import Verification, verify
from records.database import reading, writing
from records.models import Actor
from tests.support.ledger_entries import NOW, append_samples, tamper

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
STEP = Actor(tag="step:checkpoint")


def signed_log(engine: Engine, *, checkpoints: int) -> None:
    for number in range(checkpoints):
        filled_from(engine, number)
        with writing(engine) as session:
            make_checkpoint(session, origin="log", signing_key=KEY, actor=STEP, now=NOW)


def filled_from(engine: Engine, number: int) -> None:
    append_samples(engine, 3 if number == 0 else 2)


def verified(engine: Engine) -> Verification:
    with reading(engine) as session:
        return verify(session, signing_keys=[KEY.public_key()])


def flip_a_byte(engine: Engine, index: int) -> None:
    tamper(engine, "UPDATE ledger_entry SET body = replace(body, 'subject-', 'subjekt-') WHERE \"index\" = :i", i=index)


def test_checkpoints_after_a_changed_entry_are_counted_in_one_line(engine: Engine) -> None:
    signed_log(engine, checkpoints=8)
    flip_a_byte(engine, 5)
    entry, checkpoints = verified(engine).problems
    assert entry.index == 5
    assert entry.message.startswith("entry 5: its body gives the leaf hash")
    assert checkpoints.index == 5
    # Sizes are 3, 5, 7 and so on: the first two were signed before entry 5.
    assert checkpoints.message == "6 of 8 checkpoints cannot agree with the log because of these entries"


def test_checkpoints_after_a_missing_entry_are_counted_in_one_line(engine: Engine) -> None:
    signed_log(engine, checkpoints=8)
    tamper(engine, 'DELETE FROM ledger_entry WHERE "index" = 1')
    messages = [problem.message for problem in verified(engine).problems if "checkpoint" in problem.message]
    assert messages == ["8 of 8 checkpoints cannot agree with the log because of these entries"]


def test_a_checkpoint_that_was_changed_beside_sound_entries_is_named_by_its_size(engine: Engine) -> None:
    signed_log(engine, checkpoints=4)
    with engine.begin() as connection:
        connection.execute(text("UPDATE checkpoint SET root = :root WHERE size IN (5, 9)"), {"root": "00" * 32})
    problems = verified(engine).problems
    assert {problem.index for problem in problems} == {5, 9}
    assert all(f"at size {problem.index}" in problem.message for problem in problems)


def test_a_forged_checkpoint_is_named_even_where_entries_are_damaged_too(engine: Engine) -> None:
    signed_log(engine, checkpoints=4)
    flip_a_byte(engine, 1)
    with engine.begin() as connection:
        connection.execute(text("UPDATE checkpoint SET signature = 'AAAA' WHERE size = 7"))
    named = [problem for problem in verified(engine).problems if problem.index == 7]
    assert [problem.message.partition(": ")[2].partition(" (")[0] for problem in named] == [
        "no given key made its signature"
    ]
