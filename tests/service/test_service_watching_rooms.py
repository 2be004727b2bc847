"""The alarm about guesses at the private rooms: with numbers, once a spell, in the log too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.tables.ledger import LedgerEntryRow
from records.tables.room import FailedAttemptRow
from room.verification.throttling import SPRAY_ATTEMPTS, ThrottleScope, record_failed_attempt, source_digest
from service.notifications.alerts import Alerts
from service.operations.schedule import WATCHES
from service.private_room.spraying_watch import SPRAYING_ALERT, watch_spraying
from service.steps.forget import forget
from tests.support.scenario import TEXTS, Scenario, copied_scenario, open_scenario


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("guessing"), texts={"leaked": TEXTS["leaked"]}) as found:
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


class Heard(Alerts):
    """Remembers what it told."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario.app.settings)
        self.told: list[str] = []

    def raise_once(self, key: str, message: str) -> bool:
        raised = super().raise_once(key, message)
        if raised:
            assert key == SPRAYING_ALERT
            self.told.append(message)
        return raised


def spray(
    scenario: Scenario, *, after: timedelta, times: int = SPRAY_ATTEMPTS, door: ThrottleScope = ThrottleScope.CODE
) -> None:
    now = scenario.now + after
    with writing(scenario.app.engine) as session:
        for number in range(times):
            record_failed_attempt(session, door, source_digest(scenario.app.room_key, f"10.0.0.{number}", now), now=now)


def logged(scenario: Scenario) -> list[dict[str, object]]:
    with reading(scenario.app.engine) as session:
        query = select(col(LedgerEntryRow.body)).where(col(LedgerEntryRow.kind) == "service:room:guessed")
        return [json.loads(body) for body in session.execute(query).scalars()]


def test_a_few_misses_alarm_nobody(scenario: Scenario) -> None:
    alerts = Heard(scenario)
    spray(scenario, after=timedelta(0), times=SPRAY_ATTEMPTS - 1)
    watch_spraying(scenario.app, alerts, now=scenario.now)
    assert alerts.told == []
    assert logged(scenario) == []


def test_a_spray_is_told_of_once_a_spell_with_its_numbers(scenario: Scenario) -> None:
    alerts = Heard(scenario)
    for minute in range(5):
        spray(scenario, after=timedelta(minutes=minute))
        spray(scenario, after=timedelta(minutes=minute), door=ThrottleScope.LINK)
        watch_spraying(scenario.app, alerts, now=scenario.now + timedelta(minutes=minute))
    (told,) = alerts.told
    assert f"{SPRAY_ATTEMPTS} wrong codes from {SPRAY_ATTEMPTS} addresses since" in told
    assert f"{SPRAY_ATTEMPTS} wrong links from {SPRAY_ATTEMPTS} addresses since" in told
    assert "10.0.0" not in told
    (entry,) = logged(scenario)
    assert entry["body"] == {
        "doors": [{"door": door, "misses": SPRAY_ATTEMPTS, "sources": SPRAY_ATTEMPTS} for door in ("code", "link")]
    }
    quiet = scenario.now + timedelta(hours=2)
    watch_spraying(scenario.app, alerts, now=quiet)
    spray(scenario, after=timedelta(hours=3))
    watch_spraying(scenario.app, alerts, now=scenario.now + timedelta(hours=3))
    assert len(alerts.told) == len(logged(scenario)) == 2


def test_a_process_that_starts_during_a_spray_does_not_log_it_again(scenario: Scenario) -> None:
    spray(scenario, after=timedelta(0))
    for _ in range(2):
        alerts = Heard(scenario)
        watch_spraying(scenario.app, alerts, now=scenario.now)
        assert len(alerts.told) == 1
    assert len(logged(scenario)) == 1


def test_the_rooms_are_watched_while_aparte_runs_and_old_misses_are_forgotten(scenario: Scenario) -> None:
    assert watch_spraying in WATCHES.values()
    spray(scenario, after=timedelta(0), times=3)
    forget(scenario.app, now=scenario.now + timedelta(days=2))
    with reading(scenario.app.engine) as session:
        assert session.execute(select(FailedAttemptRow)).all() == []
