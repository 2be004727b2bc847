"""A proof is a true label of the relation, as long as the person consents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from records.database import reading, writing
from records.enums import ProofKind
from records.models import Actor
from records.tables.room import RoomRow
from records.tables.service import LabelRow
from service.private_room.room_app import TrainingLabels
from service.wiring.app import App
from tests.support.notifications import START, open_with_room

PERSON = Actor(tag="person:room")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app, _ = open_with_room(tmp_path, {})
    yield app
    app.close()


def test_a_proof_is_learned_once_and_no_more_once_consent_is_withdrawn(app: App) -> None:
    labels = TrainingLabels()
    with writing(app.engine) as session:
        room = session.get_one(RoomRow, 1)
        for _ in range(2):
            labels.proved(session, room, ProofKind.EMAIL_CODE, consent_id=4, actor=PERSON, now=START)
        labels.withdrawn(session, [3], now=START)
    with reading(app.engine) as session:
        (row,) = session.execute(select(LabelRow)).scalars()
    told = (row.mention_id, row.revision, row.task, row.value, row.source, row.consent_id, row.superseded_at)
    assert told == (1, 1, "relation", "customer", "proof:email_code", 4, None)
    later = START + timedelta(days=1)
    with writing(app.engine) as session:
        labels.withdrawn(session, [4], now=later)
    with reading(app.engine) as session:
        assert session.get_one(LabelRow, row.id).superseded_at == later
