"""Copies of a text are counted, word for word or nearly, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlmodel import col

from listener.ingest.mentions import store_mentions
from listener.ingest.minhash import as_hex, bands_of, from_hex, is_near, minhash_of, plain_words
from listener.ingest.near_duplicates import count_near_duplicates, forget_minhashes
from records.database import open_engine, reading, writing
from records.enums import Feed
from records.models import Account, Actor
from records.tables.listener import MentionRevisionRow, TextBandRow
from records.tables.service import AccountRow
from tests.listener.test_listener_intake import post

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ACCOUNT = Account(id=1, name="acme-x", network="x", brand="acme", external_id="1001", handle="acme", connected_at=NOW)
LISTEN = Actor(tag="step:listen")
CALL = "Todos a la puerta de la oficina de @acme el lunes a las nueve, que se entere el banco https://x.example/1"
NEARLY = "todos a la puerta de la oficina de @acme el LUNES a las diez: que se entere el banco!"
OTHER = "Hoy no me funciona la tarjeta en el cajero de la plaza, ¿sabéis por qué?"


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = open_engine(database_url)
    with writing(engine) as session:
        session.add(
            AccountRow(
                id=1,
                name="acme-x",
                network="x",
                brand="acme",
                market="ES",
                languages=["es"],
                external_id="1001",
                handle="acme",
                connected_at=NOW,
            )
        )
    return engine


def said(engine: Engine, *texts: str, now: datetime = NOW, first: int = 100) -> list[int]:
    """Store texts and return the ids of their revisions."""
    posts = [post(first + number, text) for number, text in enumerate(texts)]
    with writing(engine) as session:
        store_mentions(session, account=ACCOUNT, feed=Feed.MENTIONS, posts=posts, actor=LISTEN, now=now)
        query = select(col(MentionRevisionRow.id)).where(
            col(MentionRevisionRow.external_id).in_([each.revision_external_id for each in posts])
        )
        return sorted(session.execute(query).scalars())


def copies(engine: Engine, ids: list[int], since: datetime = NOW) -> list[int]:
    with reading(engine) as session:
        found = count_near_duplicates(session, ids, since=since)
    return [found[each] for each in ids]


def test_identical_and_near_identical_texts_of_others_are_counted(engine: Engine) -> None:
    ids = said(engine, CALL, CALL.upper(), NEARLY, OTHER)
    assert copies(engine, ids) == [2, 2, 2, 0]
    engine.dispose()


def test_a_text_has_as_many_copies_alone_as_in_a_batch(engine: Engine) -> None:
    texts = [CALL, NEARLY, OTHER, f"{CALL} ya", OTHER.replace("plaza", "calle"), NEARLY.replace("diez", "once")]
    ids = said(engine, *texts)
    together = copies(engine, ids)
    assert together == [copies(engine, [each])[0] for each in ids]
    assert together[0] == 3
    engine.dispose()


def test_texts_of_a_few_words_are_compared_word_for_word(engine: Engine) -> None:
    ids = said(engine, "@acme no funciona", "No funciona!", "no funciono")
    assert copies(engine, ids) == [1, 1, 0]
    engine.dispose()


def test_what_was_said_before_and_what_no_longer_stands_is_not_counted(engine: Engine) -> None:
    before = said(engine, CALL, now=NOW - timedelta(days=2))
    (now,) = said(engine, NEARLY, first=200)
    said(engine, CALL, first=300)
    edited = post(300, OTHER, revision_external_id="900")
    assert copies(engine, [now]) == [1]
    with writing(engine) as session:
        store_mentions(session, account=ACCOUNT, feed=Feed.MENTIONS, posts=[edited], actor=LISTEN, now=NOW)
    assert copies(engine, [now]) == [0]
    assert copies(engine, [now, *before], since=NOW - timedelta(days=3)) == [1, 1]
    engine.dispose()


def test_hearing_a_text_again_keeps_one_sketch_and_forgetting_it_none(engine: Engine) -> None:
    for _ in range(2):
        said(engine, CALL)
    with writing(engine) as session:
        assert len(session.execute(select(TextBandRow)).all()) == 4
        forget_minhashes(session, [1])
        assert session.execute(select(TextBandRow)).all() == []
    engine.dispose()


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("uno dos tres cuatro cinco seis siete ocho", "uno dos tres cuatro cinco seis siete ocho ya", True),
        # The words are the same, in another order.
        ("a b c d e f g h", "h g f e d c b a", True),
        ("uno dos tres cuatro cinco seis siete ocho", "uno dos otra cosa distinta es esta mañana", False),
    ],
)
def test_texts_that_share_nearly_all_words_are_near(one, other, near):
    first, second = minhash_of(one), minhash_of(other)
    assert first is not None
    assert second is not None
    assert is_near(first, second) is near


@given(text=st.text(max_size=300))
def test_any_text_has_a_sketch_or_too_few_words(text):
    plain = plain_words(text)
    sketch = minhash_of(plain)
    assert (sketch is None) is (len(plain.split()) < 4)
    if sketch is not None:
        assert from_hex(as_hex(sketch)) == sketch
        assert len(set(bands_of(sketch))) == 4
