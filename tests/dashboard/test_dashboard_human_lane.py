"""Whoever asked for a human in a private room is counted, marked and found in the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.reads.queue import QueueFilter, open_counts, queued_cases
from records.database import reading, writing
from records.enums import Role, RoomStatus
from records.tables.room import RoomRow
from service.wiring.app import App
from tests.support.dashboard_data import NOW, SeededMention, Seeder, add_staff
from tests.support.screen import Screen, reference_of, shown_text


def room(app: App, seeder: Seeder, heard: SeededMention, *, asked_human_at: datetime | None) -> None:
    with writing(app.engine) as session:
        session.add(
            RoomRow(
                public_id=f"room-{heard.case_id}-{asked_human_at}",
                case_id=heard.case_id,
                account_id=seeder.account_id,
                mention_id=heard.mention_id,
                identity_id=heard.identity_id,
                language="es",
                status=RoomStatus.OPEN,
                prepared_at=NOW,
                expires_at=NOW + timedelta(days=2),
                asked_human_at=asked_human_at,
            )
        )


def test_the_lane_holds_whoever_asked_and_nobody_else(app: App, seeder: Seeder) -> None:
    asked, quiet = seeder.mention("@acme hola", handle="ana"), seeder.mention("@acme buenas", handle="tom")
    room(app, seeder, asked, asked_human_at=NOW - timedelta(minutes=5))
    room(app, seeder, asked, asked_human_at=NOW - timedelta(minutes=20))
    room(app, seeder, quiet, asked_human_at=None)
    with reading(app.engine) as session:
        lane = queued_cases(session, QueueFilter(asks_human=True), now=NOW)
        assert open_counts(session, now=NOW, agent_id=1).asking_human == 1
    assert [(case.id, case.asked_human_at) for case in lane.cases] == [(asked.case_id, NOW - timedelta(minutes=20))]
    assert lane.total == 1


def test_the_queue_says_since_when_in_both_languages(app: App, screen: Screen, seeder: Seeder) -> None:
    asked, quiet = seeder.mention("@acme hola", handle="ana"), seeder.mention("@acme buenas", handle="tom")
    room(app, seeder, asked, asked_human_at=NOW - timedelta(minutes=20))
    screen.sign_in(add_staff(app, Role.AGENT))
    page = screen.open("queue")
    assert '<span class="chip harm">asks for a human, 20 min</span>' in shown_text(page)
    next(box for box in page.checkbox if box.label == "Asked for a human").check().run()
    keys = [button.key for button in page.button]
    assert f"queue-{reference_of(app, asked.case_id)}" in keys
    assert f"queue-{reference_of(app, quiet.case_id)}" not in keys
    screen.language("es")
    assert "pide una persona desde hace 20 min" in shown_text(screen.open("queue"))
