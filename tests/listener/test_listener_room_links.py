"""A room's link or code is a secret: what we sent by direct message is kept without it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from listener.ingest.direct_messages import CODE_LEFT_OUT, LINK_LEFT_OUT, store_direct_messages
from records.database import reading, writing
from records.models import Actor, FetchedMessage
from records.tables.listener import DirectMessageRow
from tests.support.listener import IntakeSetup

NOW = datetime(2026, 9, 18, 12, tzinfo=UTC)
LINK = "https://rooms.brand.example/r/abc/verysecrettoken"


def test_a_link_in_our_own_message_is_not_stored_and_one_of_theirs_is(intake: IntakeSetup) -> None:
    messages = [_message("1", outgoing=True), _message("2", outgoing=False)]
    with writing(intake.engine) as session:
        store_direct_messages(
            session, account=intake.account, messages=messages, actor=Actor(tag="step:listen"), now=NOW
        )
    with reading(intake.engine) as session:
        query = select(col(DirectMessageRow.outgoing), col(DirectMessageRow.text))
        texts = {row.outgoing: row.text for row in session.execute(query)}
    assert texts == {True: f"Come in: {LINK_LEFT_OUT} See you", False: f"Come in: {LINK} See you"}


def test_a_code_in_our_own_message_is_not_stored_and_a_telephone_number_is(intake: IntakeSetup) -> None:
    text = "Type 7K3M-90X1. Or call 900-123-4567, or quote AP-7F3K2Q."
    with writing(intake.engine) as session:
        messages = [_message("1", outgoing=True, text=text)]
        store_direct_messages(
            session, account=intake.account, messages=messages, actor=Actor(tag="step:listen"), now=NOW
        )
    with reading(intake.engine) as session:
        (stored,) = session.execute(select(col(DirectMessageRow.text))).scalars()
    assert stored == text.replace("7K3M-90X1", CODE_LEFT_OUT)


def _message(external_id: str, *, outgoing: bool, text: str = f"Come in: {LINK} See you") -> FetchedMessage:
    return FetchedMessage(
        network="x",
        external_id=external_id,
        conversation_id="c",
        other_external_id="5001",
        outgoing=outgoing,
        text=text,
        sent_at=NOW,
    )
