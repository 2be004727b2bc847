"""Copies of a text, word for word or nearly, are tied to the first of them, on both databases."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from listener.ingest.mentions import store_mentions
from listener.ingest.near_duplicates import CAMPAIGN_PAUSE
from records.database import reading, writing
from records.enums import Feed
from records.tables.listener import MentionRevisionRow
from tests.listener.test_listener_copies import ACCOUNT, CALL, LISTEN, NEARLY, NOW, OTHER, engine, said
from tests.listener.test_listener_intake import post

__all__ = ["engine"]


def firsts(engine: Engine, ids: list[int]) -> list[int | None]:
    """Of which revision each is a copy."""
    query = select(col(MentionRevisionRow.id), col(MentionRevisionRow.copy_of))
    with reading(engine) as session:
        found = {row[0]: row[1] for row in session.execute(query)}
    return [found[each] for each in ids]


def test_copies_and_near_copies_are_tied_to_the_first_and_others_are_not(engine: Engine) -> None:
    ids = said(engine, CALL, OTHER, CALL.upper(), NEARLY)
    assert firsts(engine, ids) == [None, None, ids[0], ids[0]]
    engine.dispose()


def test_a_copy_that_is_heard_later_joins_the_same_wave(engine: Engine) -> None:
    (first,) = said(engine, CALL)
    (second,) = said(engine, NEARLY, now=NOW + timedelta(hours=5), first=200)
    (third,) = said(engine, NEARLY, now=NOW + timedelta(hours=6), first=300)
    assert firsts(engine, [first, second, third]) == [None, first, first]
    engine.dispose()


def test_texts_of_a_few_words_are_tied_word_for_word(engine: Engine) -> None:
    ids = said(engine, "@acme no funciona", "No funciona!", "no funciono")
    assert firsts(engine, ids) == [None, ids[0], None]
    engine.dispose()


def test_a_wave_that_goes_on_stays_one_and_a_text_that_was_silent_for_a_week_begins_another(engine: Engine) -> None:
    (first,) = said(engine, CALL)
    (second,) = said(engine, CALL, now=NOW + CAMPAIGN_PAUSE, first=200)
    (third,) = said(engine, CALL, now=NOW + 2 * CAMPAIGN_PAUSE, first=300)
    (anew,) = said(engine, CALL, now=NOW + 3 * CAMPAIGN_PAUSE + timedelta(seconds=1), first=400)
    assert firsts(engine, [first, second, third, anew]) == [None, first, first, None]
    engine.dispose()


def test_an_edited_text_leaves_its_wave_and_may_join_another(engine: Engine) -> None:
    call, other, copy = said(engine, CALL, OTHER, CALL)
    edited = post(102, OTHER, revision_external_id="900")
    with writing(engine) as session:
        store_mentions(session, account=ACCOUNT, feed=Feed.MENTIONS, posts=[edited], actor=LISTEN, now=NOW)
        query = select(col(MentionRevisionRow.copy_of)).where(col(MentionRevisionRow.external_id) == "900")
        assert session.execute(query).scalar_one() == other
    assert firsts(engine, [call, copy]) == [None, call]
    engine.dispose()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_a_copy_of_a_copy_and_the_first_is_older(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    ids: list[int] = []
    for number in range(6):
        texts = chance.choices([CALL, NEARLY, f"{CALL} ya", OTHER, "no funciona", "ya"], k=chance.randint(1, 5))
        ids += said(engine, *texts, first=100 * (number + 1))
    ties = dict(zip(ids, firsts(engine, ids), strict=True))
    assert any(first is not None for first in ties.values())
    for each, first in ties.items():
        assert first is None or (first < each and ties[first] is None)
    engine.dispose()
