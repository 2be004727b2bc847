"""What the desk asks is asked of both kinds of database, and answered alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from cases.clocks import nobody_waits
from dashboard.reads.queue import QueueFilter, queued_cases
from records.database import open_engine, reading, writing
from records.enums import ANSWER_SLOT, Act
from records.tables.listener import (
    DirectMessageRow,
    MentionAccountRow,
    MentionRevisionRow,
    MentionRow,
    OwnPostRow,
    ReadSpendRow,
)
from records.tables.replies import ReplyRow
from replies.cancel import hold_answered, hold_edited
from replies.draft import AUTOMATIC, Draft
from replies.outbox import write_drafts
from service.deciding.author_reader import read_authors
from service.deciding.brand_reader import month_spent
from service.deciding.reader import PermissionInputs, earlier_answers
from tests.support.cases import NOW, STEP, add_people, ago, join, joining, mention

COPIES = 4


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def heard(engine: Engine) -> list[int]:
    """Mentions of four people who say the same, each with a case."""
    people = add_people(engine, people=COPIES)
    mentions = [mention(engine, person, published_at=ago(10)) for person in people]
    with writing(engine) as session:
        first: int | None = None
        for mention_id in mentions:
            row = MentionRevisionRow(
                mention_id=mention_id,
                revision=1,
                external_id=str(mention_id),
                text="same",
                text_digest="same",
                copy_of=first,
                language_hint="en",
                heard_at=NOW,
            )
            session.add(row)
            session.flush()
            first = first or row.id
            session.add(MentionAccountRow(mention_id=mention_id, account_id=1, feed="mentions", summoned=True))
    join(engine, *(joining(person, mention_id=each) for person, each in zip(people, mentions, strict=True)))
    return mentions


def _draft(mention_id: int, slot: str, act: Act) -> Draft:
    return Draft(
        account_id=1,
        mention_id=mention_id,
        revision=1,
        slot=slot,
        act=act,
        target_external_id="1",
        text="Hola",
        language="es",
        origin=AUTOMATIC,
        author="rule:x",
    )


def test_copies_are_grouped_and_opened(engine: Engine, heard: list[int]) -> None:
    with reading(engine) as session:
        grouped = queued_cases(session, QueueFilter(), now=NOW)
        opened = queued_cases(session, QueueFilter(campaign=grouped.cases[0].campaign), now=NOW)
    assert [case.campaign_size for case in grouped.cases] == [len(heard)]
    assert (grouped.total, opened.total) == (1, len(heard))


def test_what_was_answered_or_edited_is_held(engine: Engine, heard: list[int]) -> None:
    with writing(engine) as session:
        drafts = [_draft(each, ANSWER_SLOT, Act.PUBLIC_REPLY) for each in heard]
        ids = write_drafts(session, drafts, actor=STEP, now=NOW)
        assert hold_answered(session, heard[:1], account_ids=[1], actor=STEP, now=NOW) == ids[:1]
        session.get_one(MentionRow, heard[1]).revision = 2
        session.flush()
        assert hold_edited(session, heard, actor=STEP, now=NOW) == ids[1:2]
        assert len(nobody_waits(session, heard, actor=STEP, now=NOW)) == len(heard)


def test_answers_in_a_thread_are_counted_by_person(engine: Engine, heard: list[int]) -> None:
    with writing(engine) as session:
        drafts = [_draft(each, ANSWER_SLOT, Act.PUBLIC_REPLY) for each in heard[:2]]
        write_drafts(session, [*drafts, _draft(heard[0], "follow-up-1", Act.PUBLIC_REPLY)], actor=STEP, now=NOW)
        found = earlier_answers(session, {"root"})
    assert sorted(found.values()) == [1, 2]


def test_what_surrounds_mentions_is_read_in_the_houses_own_time(engine: Engine, heard: list[int]) -> None:
    with writing(engine) as session:
        (reply_id, _) = write_drafts(
            session,
            [_draft(heard[0], "private", Act.PRIVATE_REPLY), _draft(heard[1], "hide", Act.HIDE)],
            actor=STEP,
            now=NOW,
        )
        person = session.get_one(MentionRow, heard[0]).identity_id
        session.get_one(ReplyRow, reply_id).cost = 0.5
        session.get_one(ReplyRow, reply_id).sending_at = NOW
        session.add(ReadSpendRow(account_id=1, month=f"{NOW:%Y-%m}", posts=3, dollars=0.25))
        session.add(
            OwnPostRow(
                network="x",
                account_id=1,
                external_id="root",
                root_external_id="root",
                text="",
                origin="outside",
                published_at=NOW,
                heard_at=NOW,
            )
        )
        for number in (1, 2):
            session.add(
                DirectMessageRow(
                    network="x",
                    account_id=1,
                    external_id=f"m{number}",
                    conversation_id="c",
                    identity_id=person,
                    outgoing=False,
                    text="",
                    sent_at=ago(number),
                    heard_at=NOW,
                )
            )
        session.flush()
        posts = [
            SimpleNamespace(mention_id=mention_id, identity_id=person, root_external_id=root)
            for mention_id in heard
            for root in ("root", "other")
        ]
        found = PermissionInputs.read(session, posts)
        assert found.wrote_at == {(1, person): ago(1)}
        assert found.private_replies == {(1, heard[0])}
        assert PermissionInputs.read(session, posts, but_for=reply_id).private_replies == set()
        assert found.own_roots == {(1, "root")}
        assert read_authors(session, {person}).texts == {(1, person): 1}
        assert month_spent(session, 1, now=NOW) == pytest.approx(0.75)
        assert month_spent(session, 1, now=NOW + timedelta(days=40)) == 0.0
