"""Alerts about accounts that cannot be read and first answers that are overdue: once, until mended."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cases.clocks import answered_in_public, breaches
from listener.health import AccountState, record_health
from records.database import reading, writing
from records.models import Actor
from service.notifications.alerts import Alerts
from service.operations.account_health import MENDED_AFTER, watch_accounts
from service.operations.deadline_watch import watch_cases
from service.wiring.settings_document import AlertSettings
from tests.support.scenario import TEXTS, Scenario, copied_scenario, open_scenario

TEST = Actor(tag="step:test")
DAY = timedelta(days=1)


class Hook(ThreadingHTTPServer):
    """A webhook that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Told)
        self.told: list[dict[str, str]] = []

    @property
    def keys(self) -> list[str]:
        return [each["alert"] for each in self.told]


class Told(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    names = ("leaked", "lawyer", "stolen")
    with open_scenario(tmp_path_factory.mktemp("watching"), texts={name: TEXTS[name] for name in names}) as found:
        found.work()
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def alerts(scenario: Scenario, hook: Hook) -> Alerts:
    document = scenario.app.settings.document
    told = AlertSettings(webhook=f"http://127.0.0.1:{hook.server_address[1]}")
    return Alerts(replace(scenario.app.settings, document=document.model_copy(update={"alerts": told})))


def account_is(scenario: Scenario, state: AccountState, *, after: timedelta) -> None:
    (account_id,) = scenario.app.accounts
    with writing(scenario.app.engine) as session:
        record_health(session, account_id=account_id, state=state, reason="It said no.", now=scenario.now + after)


@pytest.mark.parametrize("state", [AccountState.REFUSED, AccountState.UNREACHABLE])
def test_an_ailing_account_is_told_of_once_until_it_has_worked_for_a_while(
    scenario: Scenario, alerts: Alerts, hook: Hook, state: AccountState
) -> None:
    (name,) = [account.name for account in scenario.app.accounts.values()]
    watch_accounts(scenario.app, alerts, now=scenario.now)
    assert hook.told == []
    account_is(scenario, state, after=timedelta(0))
    for minute in range(5):
        watch_accounts(scenario.app, alerts, now=scenario.now + timedelta(minutes=minute))
    (told,) = hook.told
    assert told == {"alert": f"account-{name}", "text": f"The account {name} is {state}: It said no."}
    account_is(scenario, AccountState.WORKING, after=timedelta(minutes=5))
    watch_accounts(scenario.app, alerts, now=scenario.now + timedelta(minutes=5) + MENDED_AFTER)
    account_is(scenario, state, after=timedelta(hours=1))
    watch_accounts(scenario.app, alerts, now=scenario.now + timedelta(hours=1))
    assert len(hook.told) == 2


def test_an_account_that_comes_and_goes_makes_no_storm(scenario: Scenario, alerts: Alerts, hook: Hook) -> None:
    for minute in range(0, 60, 2):
        for state in (AccountState.UNREACHABLE, AccountState.WORKING):
            account_is(scenario, state, after=timedelta(minutes=minute))
            watch_accounts(scenario.app, alerts, now=scenario.now + timedelta(minutes=minute))
    assert len(hook.told) == 1


def test_overdue_first_answers_are_told_of_once_a_priority_until_mended(
    scenario: Scenario, alerts: Alerts, hook: Hook
) -> None:
    watch_cases(scenario.app, alerts, now=scenario.now - DAY)
    assert hook.told == []
    with reading(scenario.app.engine) as session:
        overdue = breaches(session, now=scenario.now + DAY)
    assert len(overdue) > 1
    for hour in range(4):
        watch_cases(scenario.app, alerts, now=scenario.now + DAY + timedelta(hours=hour))
    assert sorted(hook.keys) == sorted({f"overdue-marca-{breach.priority}" for breach in overdue})
    assert any(overdue[0].reference in told["text"] for told in hook.told)
    before = len(hook.told)
    with writing(scenario.app.engine) as session:
        answered_in_public(session, [breach.case_id for breach in overdue], actor=TEST, now=scenario.now)
    watch_cases(scenario.app, alerts, now=scenario.now + 2 * DAY)
    assert len(hook.told) == before
