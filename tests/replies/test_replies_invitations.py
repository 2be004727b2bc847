from __future__ import annotations

from datetime import timedelta

import pytest

from records.database import writing
from records.enums import RoomStatus
from records.tables.room import RoomRow
from replies.draft import PERSON
from replies.outbox import withhold, write_drafts
from tests.support.outbox import ANA, DECIDE, START, OutboxSetup, private


@pytest.fixture
def room_id(outbox: OutboxSetup) -> int:
    with writing(outbox.engine) as session:
        row = RoomRow(
            public_id="abcdefghijklmnop",
            case_id=1,
            account_id=1,
            mention_id=1,
            identity_id=1,
            language="es",
            status=RoomStatus.PREPARED.value,
            prepared_at=START,
            expires_at=START + timedelta(days=2),
        )
        session.add(row)
        session.flush()
        return row.id or 0


def test_two_posts_of_one_person_decided_at_once_invite_into_their_room_once(outbox: OutboxSetup, room_id: int) -> None:
    with writing(outbox.engine) as session:
        first, second = write_drafts(
            session, [private(1, room_id=room_id), private(2, room_id=room_id)], actor=DECIDE, now=outbox.clock()
        )
    assert first is not None
    assert second is None


def test_a_rule_does_not_invite_again_into_a_room_that_another_process_invited_into(
    outbox: OutboxSetup, room_id: int
) -> None:
    assert outbox.draft(private(1, room_id=room_id)) is not None
    assert outbox.draft(private(2, room_id=room_id)) is None
    assert len(outbox.replies()) == 1


def test_an_invitation_that_was_withheld_leads_nowhere_so_that_another_may_be_sent(
    outbox: OutboxSetup, room_id: int
) -> None:
    first = outbox.draft(private(1, room_id=room_id, approvals_needed=1))
    with writing(outbox.engine) as session:
        withhold(session, first or 0, "No hace falta.", actor=ANA, now=outbox.clock())
    assert outbox.draft(private(2, room_id=room_id)) is not None


def test_a_person_may_invite_once_more(outbox: OutboxSetup, room_id: int) -> None:
    assert outbox.draft(private(1, room_id=room_id)) is not None
    assert outbox.draft(private(2, room_id=room_id, origin=PERSON, author=ANA.tag)) is not None
