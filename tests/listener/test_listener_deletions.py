"""Deleted posts are marked once, on both databases, with everything that hangs on them told in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from ledger.verification import verify
from listener.ingest.visibility import mark_deleted
from records.database import open_engine, reading, writing
from records.models import Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow
from records.tables.service import AccountRow
from service.delivery.on_delivery import POST_DELETED, on_gone

NOW = datetime(2026, 9, 18, 12, tzinfo=UTC)
DELIVER = Actor(tag="step:deliver")


def furnished(database_url: str) -> Engine:
    """One person with two posts and one case, whose only public leg is the first post."""
    engine = open_engine(database_url)
    rows = [
        AccountRow(
            name="marca-x",
            network="x",
            brand="marca",
            market="ES",
            languages=["es"],
            external_id="1001",
            handle="marca",
            connected_at=NOW,
        ),
        IdentityRow(
            network="x",
            external_id="5",
            subject="subject-5",
            handle="ana",
            display_name="",
            biography="",
            reach=1,
            declared_bot=False,
            first_heard_at=NOW,
            last_heard_at=NOW,
        ),
        *(_mention(number) for number in (1, 2)),
        CareCaseRow(
            reference="AP-7F3K2Q",
            identity_id=1,
            brand="marca",
            status="open",
            queue="care",
            priority="normal",
            opened_at=NOW,
        ),
        CaseThreadRow(case_id=1, account_id=1, leg="public", root_external_id="1", mention_id=1, joined_at=NOW),
    ]
    with writing(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()
    return engine


def test_a_mention_is_marked_once_and_told_by_number_and_subject(database_url: str) -> None:
    engine = furnished(database_url)
    for after, entries in ((timedelta(0), 1), (timedelta(hours=1), 0)):
        with writing(engine) as session:
            told = mark_deleted(session, [1, 404], actor=DELIVER, now=NOW + after)
        assert [(entry.kind, entry.mention_id, entry.subject, dict(entry.body)) for entry in told] == [
            ("step:mention:deleted", 1, "subject-5", {})
        ] * entries
    with reading(engine) as session:
        assert session.get_one(MentionRow, 1).deleted_at == NOW
        assert session.get_one(MentionRow, 2).deleted_at is None
    engine.dispose()


def test_nothing_is_marked_for_nobody(database_url: str) -> None:
    engine = furnished(database_url)
    with writing(engine) as session:
        assert mark_deleted(session, [], actor=DELIVER, now=NOW) == ()
    engine.dispose()


def test_the_case_of_a_vanished_post_is_waived_and_the_log_verifies(database_url: str) -> None:
    engine = furnished(database_url)
    for mention_id, waiver in ((2, None), (1, POST_DELETED), (1, POST_DELETED)):
        with writing(engine) as session:
            on_gone(session, mention_id, NOW)
        with reading(engine) as session:
            assert session.get_one(CareCaseRow, 1).waiver == waiver
    with reading(engine) as session:
        found = verify(session)
    assert (found.size, found.problems) == (3, ())
    engine.dispose()


def _mention(number: int) -> MentionRow:
    return MentionRow(
        network="x",
        external_id=str(number),
        kind="post",
        identity_id=1,
        root_external_id=str(number),
        above=None,
        media_urls=[],
        revision=1,
        published_at=NOW,
        heard_at=NOW,
    )
