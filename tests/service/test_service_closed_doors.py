"""An account that cannot be reached or is not let in: one line, one alert, and the others go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import structlog
from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.tables.listener import AccountHealthRow, MentionAccountRow
from service.notifications.alerts import Alerts
from service.operations.account_health import watch_accounts
from service.operations.doctor import examine
from service.operations.schedule import run_once
from service.wiring.app import App, open_app
from service.wiring.settings import SECRETS_FILE, Settings
from tests.support.practice_home import PracticeHome, practice_home
from tests.support.scenario import TEXTS, row, write_rows

MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Closed:
    """One way in which an account is shut out; `shut` makes it so before the app opens."""

    shut: Callable[[PracticeHome, str], None]
    state: str
    says: str
    """Parts of the reason that a person is shown, one or the other, as each network has its own words."""

    def told(self, reason: str) -> bool:
        return any(part in reason for part in self.says.split("|"))


def replace_secret(world: PracticeHome, account: str) -> None:
    file = world.home.folder / SECRETS_FILE
    head = f"APARTE_{account.replace('-', '_').upper()}_"
    lines = file.read_text(encoding="utf-8").splitlines()
    changed = [f"{line.partition('=')[0]}=wrong" if line.startswith(head) else line for line in lines]
    file.write_text("\n".join(changed) + "\n", encoding="utf-8")


def readdress(address: str) -> Callable[[PracticeHome, str], None]:
    def shut(world: PracticeHome, account: str) -> None:
        settings = world.home.settings_file
        before, mine, after = settings.read_text(encoding="utf-8").partition(f'name = "{account}"')
        port = world.practice.base_url.rsplit(":", 1)[1]
        moved = after.replace(world.practice.base_url, address.format(port=port), 1)
        settings.write_text(before + mine + moved, encoding="utf-8")

    return shut


def order(kind: str) -> Callable[[PracticeHome, str], None]:
    def shut(world: PracticeHome, account: str) -> None:
        told = {"method": "*", "path": "*", "kind": kind, "account": account, "times": 100_000}
        answer = requests.post(f"{world.practice.base_url}/_faults", data=json.dumps(told), timeout=30)
        assert answer.ok, answer.text

    return shut


DOORS = {
    "wrong token": Closed(shut=replace_secret, state="refused", says="credentials|token"),
    "expired token": Closed(shut=order("token_expired"), state="refused", says="expired|credentials"),
    "revoked permission": Closed(shut=order("403"), state="refused", says="permi"),
    "suspended account": Closed(shut=order("suspended"), state="refused", says="suspended|blocks"),
    "name that is not known": Closed(shut=readdress("http://nowhere.invalid"), state="unreachable", says="DNS"),
    "certificate that fails": Closed(shut=readdress("https://127.0.0.1:{port}"), state="unreachable", says="TLS"),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PracticeHome]:
    """One post to the brand on each network."""
    rows = [
        row("on-x", TEXTS["hours"]),
        row("page", "Hoy abrimos hasta las ocho.", network="facebook", inbound=False, author="marca"),
        row("on-facebook", TEXTS["hours"], minutes=1, network="facebook", in_reply_to="page"),
    ]
    with practice_home(tmp_path / "home", posts=write_rows(tmp_path / "posts.jsonl", rows)) as found:
        yield found


def health(app: App) -> dict[str, AccountHealthRow]:
    with reading(app.engine) as session:
        rows = session.execute(select(AccountHealthRow)).scalars()
        return {app.accounts[row.account_id].name: row for row in rows}


def heard(app: App) -> dict[str, int]:
    with reading(app.engine) as session:
        query = select(col(MentionAccountRow.account_id), func.count()).group_by(col(MentionAccountRow.account_id))
        return {app.accounts[row[0]].name: row[1] for row in session.execute(query)}


def faults(settings: Settings) -> dict[str, str]:
    return {finding.what: finding.fault for finding in examine(settings) if finding.fault}


@pytest.mark.parametrize("shut_out", ["marca-x", "marca-facebook"])
@pytest.mark.parametrize("door", DOORS)
def test_an_account_shut_out_gives_one_line_and_one_alert_and_the_others_go_on(
    door: str, shut_out: str, world: PracticeHome
) -> None:
    closed = DOORS[door]
    others = [entry.name for entry in world.settings.document.accounts if entry.name != shut_out]
    closed.shut(world, shut_out)
    app = open_app(world.settings)
    alerts = Alerts(app.settings)
    try:
        with structlog.testing.capture_logs() as logged:
            for _ in range(3):
                run_once(app)
                watch_accounts(app, alerts, now=app.clock.now())
                world.practice.wait(10 * MINUTE)
        found = health(app)[shut_out]
        assert (found.state, closed.told(found.reason)) == (closed.state, True), found.reason
        assert [entry["alert"] for entry in logged if entry["event"] == "alert"] == [f"account-{shut_out}"]
        assert [entry for entry in logged if closed.told(str(entry))] == [
            entry for entry in logged if entry["event"] == "alert"
        ]
        assert heard(app).get(shut_out, 0) == 0
        assert all(heard(app)[other] for other in others)
        assert {health(app)[other].state for other in others} == {"working"}
        told = faults(world.settings)
        assert set(told) == {f"account {shut_out}"}
        assert closed.told(told[f"account {shut_out}"])
        assert "\n" not in told[f"account {shut_out}"]
    finally:
        app.close()


def test_one_feed_refused_gives_one_line_and_one_alert_and_the_account_goes_on(world: PracticeHome) -> None:
    told = {"method": "GET", "path": "/2/dm_events", "kind": "403", "account": "marca-x", "times": 100_000}
    assert requests.post(f"{world.practice.base_url}/_faults", data=json.dumps(told), timeout=30).ok
    app = open_app(world.settings)
    alerts = Alerts(app.settings)
    try:
        with structlog.testing.capture_logs() as logged:
            for _ in range(3):
                run_once(app)
                watch_accounts(app, alerts, now=app.clock.now())
                world.practice.wait(10 * MINUTE)
        assert [entry["alert"] for entry in logged if entry["event"] == "alert"] == ["feed-marca-x-direct_messages"]
        assert health(app)["marca-x"].state == "working"
        assert heard(app)["marca-x"] == 1
        assert set(faults(world.settings)) == {"feed direct_messages of marca-x"}
    finally:
        app.close()
