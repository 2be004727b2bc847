"""A signed tree head holds the log to what it said."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from ledger.checkpoints import Checkpoint, key_id, make_checkpoint, signed_note
from ledger.log import size_and_root
from ledger.verification import Verification, verify
from records.database import reading, writing
from records.models import Actor
from tests.support.ledger_entries import NOW, append_samples, tamper

ORIGIN = "acme.example/aparte"
STEP = Actor(tag="step:checkpoint")
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def make(engine: Engine, *, key: Ed25519PrivateKey = KEY) -> Checkpoint | None:
    with writing(engine) as session:
        return make_checkpoint(session, origin=ORIGIN, signing_key=key, actor=STEP, now=NOW)


def verified(engine: Engine, *keys: Ed25519PrivateKey) -> Verification:
    with reading(engine) as session:
        return verify(session, signing_keys=[key.public_key() for key in keys])


def test_a_checkpoint_is_a_signed_note_of_the_tree_head(engine: Engine) -> None:
    append_samples(engine, 5)
    checkpoint = make(engine)
    assert checkpoint is not None
    with reading(engine) as session:
        size, root = size_and_root(session)
    text, _, signature_line = signed_note(checkpoint).partition("\n\n")
    assert text.split("\n") == [
        ORIGIN,
        str(size),
        base64.b64encode(bytes.fromhex(root)).decode(),
        "at 2026-11-22T09:30:00.000000Z by step:checkpoint",
    ]
    dash, name, signature = signature_line.split()
    packed = base64.b64decode(signature)
    assert (dash, name, packed[:4].hex()) == ("—", ORIGIN, key_id(ORIGIN, KEY.public_key()))
    KEY.public_key().verify(packed[4:], (text + "\n").encode())


def test_checkpoints_of_a_growing_log_verify(engine: Engine) -> None:
    for size in (3, 4, 600):
        append_samples(engine, size, batch=600)
        assert make(engine) is not None
    assert verified(engine, KEY).sound


def test_the_same_head_is_signed_once_and_an_empty_log_never(engine: Engine) -> None:
    assert make(engine) is None
    append_samples(engine, 2)
    assert make(engine) is not None
    assert make(engine) is None


def test_a_checkpoint_that_no_given_key_signed_is_a_problem(engine: Engine) -> None:
    append_samples(engine, 2)
    make(engine)
    assert not verified(engine).sound
    assert not verified(engine, OTHER_KEY).sound
    assert verified(engine, OTHER_KEY, KEY).sound


def test_after_a_change_of_key_both_keys_verify_the_log(engine: Engine) -> None:
    append_samples(engine, 2)
    make(engine)
    append_samples(engine, 2)
    make(engine, key=OTHER_KEY)
    assert verified(engine, KEY, OTHER_KEY).sound


def test_a_tail_cut_off_with_its_stored_edge_contradicts_the_checkpoint(engine: Engine) -> None:
    append_samples(engine, 4)
    with reading(engine) as session:
        nodes = f'["{size_and_root(session)[1]}"]'
    append_samples(engine, 2)
    make(engine)
    tamper(engine, 'DELETE FROM ledger_entry WHERE "index" >= 4')
    tamper(engine, "UPDATE ledger_frontier SET size = 4, nodes = :n", n=nodes)
    (problem,) = verified(engine, KEY).problems
    assert problem.message == "checkpoint 1 at size 6: the log never had that size"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE checkpoint SET root = replace(root, substr(root, 1, 1), 'g')", "its root is"),
        ("UPDATE checkpoint SET size = 4", "its root is"),
        ("UPDATE checkpoint SET note = replace(note, 'acme', 'acne')", "no given key"),
        ("UPDATE checkpoint SET note = replace(note, 'step', 'agent')", "no given key"),
        ("UPDATE checkpoint SET signature = 'AAAA'", "no given key"),
        ("UPDATE checkpoint SET signature = 'é'", "no given key"),
        ("UPDATE checkpoint SET key_id = '00000000'", "no given key"),
        ("UPDATE checkpoint SET made_at = '2027-01-01 00:00:00.000000'", "size, root and time"),
    ],
)
def test_a_changed_checkpoint_is_found(engine: Engine, change: str, told: str) -> None:
    append_samples(engine, 5)
    make(engine)
    tamper(engine, change)
    messages = " ".join(problem.message for problem in verified(engine, KEY).problems)
    assert told in messages


def test_a_checkpoint_row_that_cannot_be_read_is_a_problem(sqlite_engine: Engine) -> None:
    append_samples(sqlite_engine, 5)
    make(sqlite_engine)
    tamper(sqlite_engine, "UPDATE checkpoint SET made_at = 'never'")
    assert "cannot be read" in verified(sqlite_engine, KEY).problems[0].message


@pytest.mark.parametrize("origin", ["", "two words", "line\nbreak", "a+b"])
def test_an_origin_that_would_break_the_note_is_refused(engine: Engine, origin: str) -> None:
    with writing(engine) as session, pytest.raises(ValueError, match="one word"):
        make_checkpoint(session, origin=origin, signing_key=KEY, actor=STEP, now=NOW + timedelta(seconds=1))
